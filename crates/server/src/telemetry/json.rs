//! A line of the log as one flat JSON object.
//!
//! Each request has one, so this is a hot path: `fmt::format::Json` goes through serde, and checks each piece of a line
//! for UTF-8 anew.
use std::fmt::{self, Debug, Display, Write};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// `timestamp`, `level`, the event's own fields, `target`. Spans are not in it.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        out.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut out)?;
        out.write_str("\",\"level\":\"")?;
        out.write_str(event.metadata().level().as_str())?;
        out.write_char('"')?;
        let mut fields = Fields { out: &mut out, has_target: false, written: Ok(()) };
        event.record(&mut fields);
        let Fields { has_target, written, .. } = fields;
        written?;
        if !has_target {
            out.write_str(",\"target\":")?;
            text(&mut out, event.metadata().target())?;
        }
        out.write_str("}\n")
    }
}

/// Writes fields as they come.
struct Fields<'a, W> {
    out: &'a mut W,
    has_target: bool,
    written: fmt::Result,
}

impl<W: Write> Fields<'_, W> {
    fn field(&mut self, field: &Field, value: impl FnOnce(&mut W) -> fmt::Result) {
        // What came through the crate `log` tells its place in fields.
        let name = match field.name() {
            "log.target" => "target",
            name if name.starts_with("log.") => return,
            name => name.strip_prefix("r#").unwrap_or(name),
        };
        self.has_target |= name == "target";
        if self.written.is_ok() {
            self.written = key(self.out, name).and_then(|()| value(self.out));
        }
    }

    fn plain(&mut self, field: &Field, value: impl Display) {
        self.field(field, |out| write!(out, "{value}"));
    }
}

impl<W: Write> Visit for Fields<'_, W> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.field(field, |out| {
            out.write_char('"')?;
            write!(Escaped(out), "{value:?}")?;
            out.write_char('"')
        });
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, |out| text(out, value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value);
    }

    /// JSON has no infinity and no NaN.
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() { self.plain(field, value) } else { self.plain(field, "null") }
    }
}

fn key(out: &mut impl Write, name: &str) -> fmt::Result {
    out.write_char(',')?;
    text(out, name)?;
    out.write_char(':')
}

fn text(out: &mut impl Write, value: &str) -> fmt::Result {
    out.write_char('"')?;
    Escaped(&mut *out).write_str(value)?;
    out.write_char('"')
}

/// Inside of a JSON string (RFC 8259, 7).
struct Escaped<'a, W>(&'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            self.0.write_str(&rest[..at])?;
            match rest.as_bytes()[at] {
                b'\n' => self.0.write_str("\\n")?,
                b'\r' => self.0.write_str("\\r")?,
                b'\t' => self.0.write_str("\\t")?,
                byte @ (b'"' | b'\\') => write!(self.0, "\\{}", char::from(byte))?,
                byte => write!(self.0, "\\u{byte:04x}")?,
            }
            rest = &rest[at + 1..];
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for &Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("whole").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = &'a Self;

        fn make_writer(&'a self) -> Self::Writer {
            self
        }
    }

    fn logged(log: impl FnOnce()) -> Value {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().event_format(JsonLine).with_writer(lines.clone()).finish();
        tracing::subscriber::with_default(subscriber, log);
        let bytes = lines.0.lock().expect("whole");
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1, "one line");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn a_line_has_each_field_in_its_kind() {
        let absent: Option<&str> = None;
        let mut line = logged(|| {
            let error = std::io::Error::other("it \"broke\"\n");
            let (nan, r#type) = (f64::NAN, "kind");
            tracing::warn!(target: "here", n = -1_i64, u = u64::MAX, f = 0.5, nan, yes = true, absent, %error, list = ?[1], r#type, "a \u{1}{}", "b");
        });
        let timestamp = line["timestamp"].take();
        assert!(chrono::DateTime::parse_from_rfc3339(timestamp.as_str().expect("text")).is_ok(), "{timestamp}");
        let expected = serde_json::json!({
            "timestamp": null, "level": "WARN", "n": -1, "u": u64::MAX, "f": 0.5, "nan": null, "yes": true,
            "error": "it \"broke\"\n", "list": "[1]", "type": "kind", "message": "a \u{1}b", "target": "here",
        });
        assert_eq!(line, expected);
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            let line = logged(|| tracing::info!(text, debugged = ?text, "{text}"));
            prop_assert_eq!(&line["text"], &text);
            prop_assert_eq!(&line["message"], &text);
            prop_assert_eq!(&line["debugged"], &format!("{text:?}"));
        }
    }
}
