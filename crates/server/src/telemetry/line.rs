//! A line of the log while it is put together: one flat JSON object. Each request has one, so this is a hot path.
use super::timestamp;
use std::fmt::{self, Debug, Display, Write};
use tracing::Level;

/// Most lines fit.
const ROOM: usize = 512;

/// Begins with `timestamp` and `level`.
pub(crate) struct Line(String);

impl Line {
    pub(crate) fn begin(level: &Level) -> Self {
        let mut line = String::with_capacity(ROOM);
        line.push_str("{\"timestamp\":\"");
        timestamp::write(&mut line);
        line.push_str("\",\"level\":\"");
        line.push_str(level.as_str());
        line.push('"');
        Self(line)
    }

    /// Appends what is JSON already, its comma included.
    pub(crate) fn raw(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub(crate) fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        self.0.push('"');
        escape(&mut self.0, value);
        self.0.push('"');
    }

    pub(crate) fn number(&mut self, name: &'static str, value: u64) {
        self.name(name);
        self.0.push_str(itoa::Buffer::new().format(value));
    }

    /// What needs no quotes.
    pub(super) fn plain(&mut self, name: &'static str, value: impl Display) -> fmt::Result {
        self.name(name);
        write!(self.0, "{value}")
    }

    pub(super) fn debug(&mut self, name: &'static str, value: &dyn Debug) -> fmt::Result {
        self.name(name);
        self.0.push('"');
        let written = write!(Escaped(&mut self.0), "{value:?}");
        self.0.push('"');
        written
    }

    /// Names stand in the source, and are plain.
    fn name(&mut self, name: &'static str) {
        debug_assert!(!name.bytes().any(needs_escape), "{name}");
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// The whole of it, with its line feed.
    pub(crate) fn end(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

/// What is written becomes a part of a JSON string.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Appends what stands inside of a JSON string (RFC 8259, 7).
fn escape(line: &mut String, text: &str) {
    // Nearly all texts; without a way out, the loop looks at many bytes at once.
    if !text.bytes().fold(false, |any, byte| any | needs_escape(byte)) {
        return line.push_str(text);
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(needs_escape) {
        line.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'\n' => line.push_str("\\n"),
            b'\r' => line.push_str("\\r"),
            b'\t' => line.push_str("\\t"),
            byte @ (b'"' | b'\\') => line.extend(['\\', char::from(byte)]),
            byte => line.push_str(&format!("\\u{byte:04x}")),
        }
        rest = &rest[at + 1..];
    }
    line.push_str(rest);
}
