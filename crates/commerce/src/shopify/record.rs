//! Splits bytes into records, in bounded memory.
//!
//! Own code instead of the `csv` crate, whose records grow without bound (one unclosed quote swallows a whole file),
//! and which tells neither of text behind a closing quote, nor of a quote left open, nor the line where a record
//! begins. A property test compares it with `csv` on everything that `csv` writes.
use super::limits::{MAX_CELLS, MAX_RECORD_BYTES};
use std::io::{self, BufRead, BufReader, Read};

/// Why a record cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `"abc"def`: a quote inside a quoted cell was not doubled, or one is missing before.
    TextAfterQuote,
    /// The file ends inside a quoted cell.
    OpenQuote,
    /// Beyond [`MAX_RECORD_BYTES`] or [`MAX_CELLS`]; nothing behind it was read.
    TooLarge,
}

/// One row as bytes.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Physical line of its first byte, from 1.
    pub(crate) line: u64,
    /// Physical line of its last byte.
    pub(crate) last_line: u64,
    /// Set when the record is broken; its cells are what could be read.
    pub(crate) fault: Option<Fault>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    quoted: bool,
}

impl Record {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn cell(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        Some(&self.bytes[start..end])
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|index| self.cell(index))
    }

    /// Whether there is nothing in it but separators and spaces.
    pub(crate) fn is_blank(&self) -> bool {
        self.fault.is_none() && self.bytes.iter().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        (self.fault, self.quoted) = (None, false);
    }

    fn end_cell(&mut self) {
        self.ends.push(self.bytes.len());
        self.quoted = false;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    AfterQuote,
}

/// Reads records one after the other.
pub(crate) struct RecordReader<R> {
    input: BufReader<R>,
    delimiter: u8,
    line: u64,
    /// The last byte was a carriage return, which a line feed completes.
    after_return: bool,
    stopped: bool,
}

impl<R: Read> RecordReader<R> {
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        let input = BufReader::with_capacity(64 * 1024, input);
        Self { input, delimiter, line: 1, after_return: false, stopped: false }
    }

    /// Reads the next record into `record`; false at the end.
    pub(crate) fn read(&mut self, record: &mut Record) -> io::Result<bool> {
        record.clear();
        if self.stopped {
            return Ok(false);
        }
        let mut state = State::CellStart;
        let mut begun = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok(begun && self.finish(record, state));
            }
            let mut used = 0;
            let mut done = false;
            while used < chunk.len() && !done {
                let byte = chunk[used];
                if std::mem::take(&mut self.after_return) && byte == b'\n' {
                    if state == State::Quoted {
                        record.bytes.push(byte);
                    }
                    used += 1;
                    continue;
                }
                if !begun {
                    (begun, record.line) = (true, self.line);
                }
                record.last_line = self.line;
                let plain = run(state, &chunk[used..], self.delimiter).min(MAX_RECORD_BYTES);
                if plain > 0 {
                    record.bytes.extend_from_slice(&chunk[used..used + plain]);
                    used += plain;
                } else {
                    used += 1;
                    if matches!(byte, b'\n' | b'\r') {
                        self.line += 1;
                        self.after_return = byte == b'\r';
                    }
                    state = step(record, state, byte, self.delimiter, &mut done);
                }
                if record.bytes.len() > MAX_RECORD_BYTES || record.ends.len() > MAX_CELLS {
                    record.fault = Some(Fault::TooLarge);
                    record.end_cell();
                    (done, self.stopped) = (true, true);
                }
            }
            self.input.consume(used);
            if done {
                return Ok(true);
            }
        }
    }

    fn finish(&mut self, record: &mut Record, state: State) -> bool {
        self.stopped = true;
        if state == State::Quoted {
            record.fault = Some(Fault::OpenQuote);
        }
        record.end_cell();
        true
    }
}

/// How many bytes from here on mean nothing but themselves.
fn run(state: State, bytes: &[u8], delimiter: u8) -> usize {
    let end = match state {
        State::Quoted => memchr::memchr3(b'"', b'\n', b'\r', bytes),
        State::Plain => memchr::memchr3(delimiter, b'\n', b'\r', bytes),
        State::CellStart | State::AfterQuote => Some(0),
    };
    end.unwrap_or(bytes.len())
}

fn step(record: &mut Record, state: State, byte: u8, delimiter: u8, done: &mut bool) -> State {
    match (state, byte) {
        (State::Quoted, b'"') => State::AfterQuote,
        (State::Quoted, _) => {
            record.bytes.push(byte);
            State::Quoted
        }
        (State::CellStart, b'"') => {
            record.quoted = true;
            State::Quoted
        }
        (State::AfterQuote, b'"') if record.quoted => {
            record.bytes.push(b'"');
            State::Quoted
        }
        (_, b'\n' | b'\r') => {
            record.end_cell();
            *done = true;
            State::CellStart
        }
        (_, byte) if byte == delimiter => {
            record.end_cell();
            State::CellStart
        }
        // Spaces between a closing quote and the separator do no harm.
        (State::AfterQuote, b' ' | b'\t') => {
            record.quoted = false;
            State::AfterQuote
        }
        (State::AfterQuote, _) => {
            record.fault = Some(Fault::TextAfterQuote);
            record.bytes.push(byte);
            State::Plain
        }
        // A quote inside a plain cell, as in `5" pipe`, can mean only itself.
        (State::CellStart | State::Plain, _) => {
            record.bytes.push(byte);
            State::Plain
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>, Option<Fault>)> {
        let mut reader = RecordReader::new(text.as_bytes(), b',');
        let mut record = Record::default();
        let mut out = Vec::new();
        while reader.read(&mut record).unwrap() {
            let cells = record.cells().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect();
            out.push((record.line, cells, record.fault));
        }
        out
    }

    #[test]
    fn knows_the_line_where_a_record_begins() {
        let rows = read("a,b\r\n\"one\r\ntwo\",x\r\nlast,\"\"\"q\"\"\"");
        assert_eq!(rows[1], (2, vec!["one\r\ntwo".into(), "x".into()], None));
        assert_eq!(rows[2], (4, vec!["last".into(), "\"q\"".into()], None));
        assert_eq!(read("a\rb\rc").iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(read("a\r\n\r\nb")[2].0, 3);
    }

    #[test]
    fn sees_wrong_quotes() {
        assert_eq!(read("\"a\"b,c\nd,e")[0].2, Some(Fault::TextAfterQuote));
        assert_eq!(read("\"a\"b,c\nd,e")[1].2, None);
        assert_eq!(read("a,\"b\nc,d")[0].2, Some(Fault::OpenQuote));
        assert_eq!(read("5\" pipe,b")[0], (1, vec!["5\" pipe".into(), "b".into()], None));
        assert_eq!(read("\"a\" ,b")[0], (1, vec!["a".into(), "b".into()], None));
    }

    #[test]
    fn an_endless_cell_ends_at_the_limit() {
        let mut reader = RecordReader::new(io::Read::chain(&b"\"a"[..], io::repeat(b'x')), b',');
        let mut record = Record::default();
        assert!(reader.read(&mut record).unwrap());
        assert_eq!(record.fault, Some(Fault::TooLarge));
        assert!(record.size() <= MAX_RECORD_BYTES + 64 * 1024);
        assert!(!reader.read(&mut record).unwrap());
    }

    proptest! {
        #[test]
        fn agrees_with_csv(rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r; é]{0,8}", 1..5), 1..8)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let cells: Vec<Vec<String>> = read(&text).into_iter().map(|(_, cells, _)| cells).collect();
            prop_assert_eq!(cells, rows);
        }

        #[test]
        fn any_bytes_are_records(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut reader = RecordReader::new(&bytes[..], b',');
            let mut record = Record::default();
            let mut lines = 0;
            while reader.read(&mut record).unwrap() {
                prop_assert!(record.line > lines && record.last_line >= record.line);
                lines = record.last_line;
            }
        }
    }
}
