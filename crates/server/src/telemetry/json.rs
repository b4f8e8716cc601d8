//! A line of the log as one flat JSON object, of what `tracing` is told.
//!
//! `fmt::format::Json` goes through serde, and checks each piece of a line for UTF-8 anew. A line is put together here and
//! handed over whole: the writer is behind a pointer.
use super::line::Line;
use std::fmt::{self, Debug, Display};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
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
        let mut fields = Fields { line: Line::begin(event.metadata().level()), has_target: false, written: Ok(()) };
        event.record(&mut fields);
        let Fields { mut line, has_target, written } = fields;
        written?;
        if !has_target {
            line.text("target", event.metadata().target());
        }
        out.write_str(&line.end())
    }
}

/// Writes fields as they come.
struct Fields {
    line: Line,
    has_target: bool,
    written: fmt::Result,
}

impl Fields {
    /// Under which name a field is shown; `None`: it is not.
    fn name(&mut self, field: &Field) -> Option<&'static str> {
        // What came through the crate `log` tells its place in fields.
        let name = match field.name() {
            "log.target" => "target",
            name if name.starts_with("log.") => return None,
            name => name.strip_prefix("r#").unwrap_or(name),
        };
        self.has_target |= name == "target";
        Some(name)
    }

    /// A number, or what else needs no quotes.
    fn plain(&mut self, field: &Field, value: impl Display) {
        if let Some(name) = self.name(field) {
            self.written = self.written.and(self.line.plain(name, value));
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if let Some(name) = self.name(field) {
            self.written = self.written.and(self.line.debug(name, value));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some(name) = self.name(field) {
            self.line.text(name, value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if let Some(name) = self.name(field) {
            self.line.number(name, value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value);
    }

    /// JSON has no infinity and no NaN.
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() { self.plain(field, value) } else { self.plain(field, "null") }
    }
}

#[cfg(test)]
pub(crate) mod tests {
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

    /// The one line that is logged meanwhile.
    pub(crate) fn logged(log: impl FnOnce()) -> Value {
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
