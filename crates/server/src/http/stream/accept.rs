//! Which stream a client takes.
use super::super::negotiate::thousandths;
use hyper::header::{ACCEPT, HeaderMap};

/// How a stream of answers is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Format {
    /// `text/event-stream`.
    EventStream,
    /// `multipart/mixed;subscriptionSpec=1.0`.
    Multipart,
}

impl Format {
    /// Label of metrics and logs.
    pub(in crate::http) fn name(self) -> &'static str {
        match self {
            Self::EventStream => "sse",
            Self::Multipart => "multipart",
        }
    }
}

/// The best by `q`, of equals the first. A range like `*/*` names no stream: nobody who writes it can read one.
/// `multipart/mixed` alone asks for incremental delivery, which is something else.
pub(in crate::http) fn accepted(headers: &HeaderMap) -> Option<Format> {
    let mut best: Option<(u16, Format)> = None;
    for item in headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(',')) {
        let Some((q, format)) = weigh(item) else { continue };
        if q > 0 && best.is_none_or(|(best, _)| q > best) {
            best = Some((q, format));
        }
    }
    best.map(|(_, format)| format)
}

fn weigh(item: &str) -> Option<(u16, Format)> {
    let mut parts = item.split(';').map(str::trim);
    let essence = parts.next()?;
    let (mut q, mut version) = (1000, None);
    for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        if name.eq_ignore_ascii_case("q") {
            q = thousandths(value)?;
        } else if name.eq_ignore_ascii_case("subscriptionSpec") {
            version = Some(value.trim_matches('"').to_owned());
        }
    }
    if essence.eq_ignore_ascii_case("text/event-stream") {
        return Some((q, Format::EventStream));
    }
    let is_ours = essence.eq_ignore_ascii_case("multipart/mixed") && matches!(version.as_deref(), Some("1.0" | "1"));
    is_ours.then_some((q, Format::Multipart))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    #[test]
    fn clients_get_what_they_read() {
        let of = |accept: &'static str| accepted(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]));
        let apollo = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json";
        assert_eq!(of(apollo), Some(Format::Multipart));
        let urql = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        assert_eq!(of(urql), Some(Format::EventStream));
        assert_eq!(of("text/event-stream;q=0.5, multipart/mixed;subscriptionSpec=\"1.0\""), Some(Format::Multipart));
        for none in
            ["*/*", "application/json", "text/*", "text/event-stream;q=0", "multipart/mixed;subscriptionSpec=2.0"]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
