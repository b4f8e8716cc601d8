//! Frames of RFC 6455, right and wrong ones, byte by byte: a library for clients does not write wrong ones.

/// `FIN` and `TEXT`.
pub(crate) const TEXT: u8 = 0x81;
/// `FIN` and `PING`.
pub(crate) const PING: u8 = 0x89;
/// `FIN` and `CLOSE`.
pub(crate) const CLOSE: u8 = 0x88;

/// A frame as a client has to send it, masked; the mask is zero.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    frame_of(first, payload.len() as u64, payload)
}

/// A frame that says another length than it has.
pub(crate) fn frame_of(first: u8, length: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..126), _) => bytes.push(0x80 | short),
        (_, Ok(medium)) => {
            bytes.push(0x80 | 126);
            bytes.extend(medium.to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

pub(crate) fn text(message: &str) -> Vec<u8> {
    frame(TEXT, message.as_bytes())
}

/// What the server sent.
#[derive(Default, Debug)]
pub(crate) struct Received {
    /// Of the answer to the handshake.
    pub(crate) status: Option<u16>,
    /// All texts, one a line; of an answer that is no handshake, all of it.
    pub(crate) texts: String,
    pub(crate) code: Option<u16>,
}

impl Received {
    /// Reads what has come so far.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let Some(end) = end else { return Self::default() };
        let head = String::from_utf8_lossy(&bytes[..end]);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut received = Self { status, ..Self::default() };
        if status != Some(101) {
            received.texts = String::from_utf8_lossy(bytes).into_owned();
            return received;
        }
        let mut rest = &bytes[end + 4..];
        while let Some((first, payload, behind)) = next(rest) {
            match first & 0x0f {
                1 => {
                    received.texts.push_str(&String::from_utf8_lossy(payload));
                    received.texts.push('\n');
                }
                8 => received.code = payload.first_chunk().map(|code| u16::from_be_bytes(*code)),
                _ => {}
            }
            rest = behind;
        }
        received
    }
}

/// First byte, payload, and what is behind; servers do not mask.
fn next(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (first, length) = (*bytes.first()?, usize::from(*bytes.get(1)?));
    let (length, at) = match length {
        126 => (usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).ok()?, 10),
        short => (short, 2),
    };
    Some((first, bytes.get(at..at + length)?, bytes.get(at + length..)?))
}
