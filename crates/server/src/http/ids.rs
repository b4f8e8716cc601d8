//! The ids of a request: one of ours or the client's, and the trace that it belongs to (W3C Trace Context).
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Longer ids are replaced: they end up in every log line.
const LONGEST_REQUEST_ID: usize = 128;

/// Who is asking, in the log's words.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    /// `x-request-id`, the client's when it is a plain word.
    pub(crate) request_id: HeaderValue,
    /// 16 bytes, never all zero.
    pub(crate) trace_id: [u8; 16],
    /// The caller's span; zero when the trace begins here.
    pub(crate) parent_id: [u8; 8],
    /// The caller's decision; `None` when the trace begins here.
    pub(crate) sampled: Option<bool>,
}

impl Ids {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let request_id = headers.get(REQUEST_ID).filter(|id| is_plain(id.as_bytes())).cloned();
        let request_id = request_id.unwrap_or_else(|| header(&Hex::<16>(random()).text::<32>()));
        match headers.get(TRACEPARENT).and_then(|value| parse(value.as_bytes())) {
            Some((trace_id, parent_id, sampled)) => Self { request_id, trace_id, parent_id, sampled: Some(sampled) },
            None => Self { request_id, trace_id: random(), parent_id: [0; 8], sampled: None },
        }
    }

    /// Of an operation on a socket with these ids: a trace of its own, and a request id that begins alike.
    pub(crate) fn operation(&self, number: u64) -> Self {
        let request_id = HeaderValue::try_from(format!("{}.{number}", self.request_id()));
        let request_id = request_id.unwrap_or_else(|_| self.request_id.clone());
        Self { request_id, trace_id: random(), parent_id: [0; 8], sampled: None }
    }

    pub(crate) fn request_id(&self) -> &str {
        self.request_id.to_str().unwrap_or_default()
    }

    pub(crate) fn trace_id(&self) -> TraceText {
        TraceText(Hex(self.trace_id).text())
    }
}

/// A trace id as 32 hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) struct TraceText([u8; 32]);

impl TraceText {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        header(&self.0)
    }
}

fn header(text: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(text).unwrap_or_else(|_| HeaderValue::from_static("none"))
}

struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Hex<N> {
    fn text<const M: usize>(&self) -> [u8; M] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'0'; M];
        for (byte, pair) in self.0.iter().zip(text.chunks_exact_mut(2)) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        text
    }
}

/// Not for secrets: ids of log lines.
fn random() -> [u8; 16] {
    (fastrand::u128(..) | 1).to_be_bytes()
}

fn is_plain(id: &[u8]) -> bool {
    (1..=LONGEST_REQUEST_ID).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}

/// `00-<32 hex>-<16 hex>-<2 hex>`; later versions may append more.
fn parse(value: &[u8]) -> Option<([u8; 16], [u8; 8], bool)> {
    if value.len() < 55 || value[2] != b'-' || value[35] != b'-' || value[52] != b'-' {
        return None;
    }
    let [version] = unhex::<1>(&value[..2])?;
    if version == 0xff || (version == 0 && value.len() != 55) || (value.len() > 55 && value[55] != b'-') {
        return None;
    }
    let trace_id = unhex::<16>(&value[3..35]).filter(|id| id != &[0; 16])?;
    let parent_id = unhex::<8>(&value[36..52]).filter(|id| id != &[0; 8])?;
    let [flags] = unhex::<1>(&value[53..55])?;
    Some((trace_id, parent_id, flags & 1 == 1))
}

fn unhex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(name: HeaderName, value: &'static str) -> Ids {
        Ids::of(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[test]
    fn a_plain_request_id_is_kept() {
        assert_eq!(ids(REQUEST_ID, "abc-1.2_3:4").request_id(), "abc-1.2_3:4");
        for strange in ["", "a b", "a\"b", "<script>", "{}"] {
            assert_eq!(ids(REQUEST_ID, strange).request_id().len(), 32, "{strange}");
        }
    }

    #[test]
    fn a_trace_is_continued() {
        let ids = ids(TRACEPARENT, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assert_eq!(ids.trace_id().as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((ids.parent_id, ids.sampled), ([0, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7], Some(true)));
    }

    #[test]
    fn a_wrong_traceparent_begins_a_trace() {
        for wrong in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert_eq!(ids(TRACEPARENT, wrong).sampled, None, "{wrong}");
        }
    }
}
