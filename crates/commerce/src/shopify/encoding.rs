//! Which encoding a file is in, and reading it as UTF-8.
//!
//! Shopify writes UTF-8. Spreadsheets write UTF-8 with a byte order mark, UTF-16 ("Unicode text") and Windows-1252.
//! A file without a mark is UTF-8 when all of it is; otherwise it is Windows-1252, unless most of its non-ASCII
//! characters are valid UTF-8: then it is damaged UTF-8, and only the damaged rows are refused.
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// The encoding of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileEncoding {
    /// UTF-8; the number of bytes of its byte order mark.
    Utf8 { mark: usize },
    /// Needs decoding.
    Other(&'static Encoding),
}

/// Why a file is no text at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotText {
    #[error("the file is empty")]
    Empty,
    #[error("the file is a spreadsheet or an archive (it begins like a ZIP file)")]
    Zip,
    #[error("the file is compressed (gzip)")]
    Gzip,
    #[error("the file looks like UTF-16 without a byte order mark")]
    Utf16WithoutMark,
}

impl NotText {
    pub(crate) fn way_out(&self) -> &'static str {
        match self {
            Self::Empty => "export the products again",
            Self::Zip => "open it and save it as CSV (UTF-8), or unpack the CSV file in it",
            Self::Gzip => "unpack it first: gunzip FILE",
            Self::Utf16WithoutMark => "save it as CSV (UTF-8)",
        }
    }
}

/// Reads the whole of a file to learn its encoding.
pub(crate) fn detect(mut input: impl Read) -> io::Result<Result<FileEncoding, NotText>> {
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = fill(&mut input, &mut buffer)?;
    if let Some(known) = by_first_bytes(&buffer[..filled]) {
        return Ok(known);
    }
    let mut census = Census::default();
    loop {
        let kept = census.count(&buffer[..filled]);
        // A character that the chunk cuts is counted with the next chunk.
        buffer.copy_within(filled - kept..filled, 0);
        let read = fill(&mut input, &mut buffer[kept..])?;
        filled = kept + read;
        if read == 0 {
            census.invalid += kept as u64;
            break;
        }
    }
    let utf8 = census.invalid == 0 || census.multibyte >= census.invalid;
    Ok(Ok(if utf8 { FileEncoding::Utf8 { mark: 0 } } else { FileEncoding::Other(WINDOWS_1252) }))
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn by_first_bytes(start: &[u8]) -> Option<Result<FileEncoding, NotText>> {
    match start {
        [] => Some(Err(NotText::Empty)),
        [0xEF, 0xBB, 0xBF, ..] => Some(Ok(FileEncoding::Utf8 { mark: 3 })),
        [0xFF, 0xFE, ..] => Some(Ok(FileEncoding::Other(UTF_16LE))),
        [0xFE, 0xFF, ..] => Some(Ok(FileEncoding::Other(UTF_16BE))),
        [b'P', b'K', 3, 4, ..] => Some(Err(NotText::Zip)),
        [0x1F, 0x8B, ..] => Some(Err(NotText::Gzip)),
        [0, c, 0, _, ..] | [c, 0, _, 0, ..] if *c != 0 => Some(Err(NotText::Utf16WithoutMark)),
        _ => None,
    }
}

/// How many non-ASCII characters are valid UTF-8, and how many bytes are not.
#[derive(Default)]
struct Census {
    multibyte: u64,
    invalid: u64,
}

impl Census {
    /// Counts a chunk; answers how many bytes at its end may be the start of a character.
    fn count(&mut self, mut bytes: &[u8]) -> usize {
        loop {
            match std::str::from_utf8(bytes) {
                Ok(text) => {
                    self.multibyte += beginnings(text.as_bytes());
                    return 0;
                }
                Err(error) => {
                    self.multibyte += beginnings(&bytes[..error.valid_up_to()]);
                    let Some(length) = error.error_len() else { return bytes.len() - error.valid_up_to() };
                    self.invalid += length as u64;
                    bytes = &bytes[error.valid_up_to() + length..];
                }
            }
        }
    }
}

fn beginnings(valid: &[u8]) -> u64 {
    valid.iter().filter(|byte| **byte >= 0xC0).count() as u64
}

impl FileEncoding {
    /// The name for people; None for UTF-8, which needs no mention.
    pub(crate) fn foreign_name(self) -> Option<&'static str> {
        match self {
            Self::Utf8 { .. } => None,
            Self::Other(encoding) => Some(encoding.name()),
        }
    }

    /// Reads a file of this encoding as UTF-8, without its byte order mark. Damaged UTF-8 is passed on as it is: the
    /// rows name it.
    pub(crate) fn reader(self, mut input: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::Utf8 { mark } => {
                io::copy(&mut (&mut input).take(mark as u64), &mut io::sink())?;
                Ok(input)
            }
            Self::Other(encoding) => Ok(Box::new(Transcoder {
                input,
                decoder: encoding.new_decoder_with_bom_removal(),
                raw: vec![0; 16 * 1024],
                pending: 0..0,
                out: vec![0; 64 * 1024],
                ready: 0..0,
                ended: false,
            })),
        }
    }
}

/// Decodes while it reads.
struct Transcoder {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    pending: std::ops::Range<usize>,
    out: Vec<u8>,
    ready: std::ops::Range<usize>,
    ended: bool,
}

impl Transcoder {
    fn decode_more(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.ended {
            let mut last = false;
            if self.pending.is_empty() {
                let read = fill(&mut self.input, &mut self.raw)?;
                self.pending = 0..read;
                last = read == 0;
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.raw[self.pending.clone()], &mut self.out, last);
            self.pending.start += read;
            self.ready = 0..written;
            self.ended = last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl Read for Transcoder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.decode_more()?;
        let n = buffer.len().min(self.ready.len());
        buffer[..n].copy_from_slice(&self.out[self.ready.start..self.ready.start + n]);
        self.ready.start += n;
        Ok(n)
    }
}

/// Whether bytes are UTF-8.
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    UTF_8.decode_without_bom_handling_and_without_replacement(bytes).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let encoding = detect(bytes).unwrap().unwrap();
        let mut out = Vec::new();
        encoding.reader(Box::new(io::Cursor::new(bytes.to_vec()))).unwrap().read_to_end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn reads_what_spreadsheets_write() {
        assert_eq!(text("Crème".as_bytes()), "Crème");
        assert_eq!(text("\u{feff}Crème".as_bytes()), "Crème");
        assert_eq!(text(b"Cr\xe8me \x80 5"), "Crème € 5");
        let utf16: Vec<u8> = "\u{feff}Crème 東京".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16), "Crème 東京");
        let utf16: Vec<u8> = "\u{feff}Crème".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&utf16), "Crème");
    }

    #[test]
    fn one_damaged_row_does_not_turn_a_utf8_file_into_windows_1252() {
        assert_eq!(detect("Crème brûlée \u{e9}".as_bytes()).unwrap(), Ok(FileEncoding::Utf8 { mark: 0 }));
        let mut damaged = "Crème brûlée".as_bytes().to_vec();
        damaged.push(0xe9);
        assert_eq!(detect(&damaged[..]).unwrap(), Ok(FileEncoding::Utf8 { mark: 0 }));
    }

    #[test]
    fn a_character_across_two_chunks_is_one_character() {
        for shift in 0..4 {
            let long = format!("{}{}", "a".repeat(64 * 1024 - shift), "€".repeat(10));
            assert_eq!(detect(long.as_bytes()).unwrap(), Ok(FileEncoding::Utf8 { mark: 0 }));
        }
    }

    #[test]
    fn refuses_what_is_no_text() {
        assert_eq!(detect(&b""[..]).unwrap(), Err(NotText::Empty));
        assert_eq!(detect(&b"PK\x03\x04abc"[..]).unwrap(), Err(NotText::Zip));
        assert_eq!(detect(&b"\x1f\x8babc"[..]).unwrap(), Err(NotText::Gzip));
        assert_eq!(detect(&b"H\0a\0n\0"[..]).unwrap(), Err(NotText::Utf16WithoutMark));
    }
}
