//! Which of the two media types a client wants (GraphQL over HTTP, "Accept").
use hyper::header::{ACCEPT, HeaderMap, HeaderValue};

/// What an answer is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether anything ran.
    GraphqlResponse,
    /// `application/json`: 200 for whatever is well-formed, as clients before 2022 expect.
    Json,
}

impl Media {
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    fn of_range(range: &str) -> Option<(Self, u8)> {
        if range.eq_ignore_ascii_case("application/graphql-response+json") {
            Some((Self::GraphqlResponse, 2))
        } else if range.eq_ignore_ascii_case("application/json") {
            Some((Self::Json, 2))
        } else if range.eq_ignore_ascii_case("application/*") {
            Some((Self::Json, 1))
        } else {
            (range == "*/*").then_some((Self::Json, 0))
        }
    }
}

/// The best media type by `q`; of equals the first. `None` when nothing fits.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    let mut accepts = headers.get_all(ACCEPT).iter().peekable();
    if accepts.peek().is_none() {
        return Some(Media::Json);
    }
    let mut best: Option<(u16, u8, Media)> = None;
    let mut forbidden = [false; 2];
    for item in accepts.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
        let Some((q, specificity, media)) = weigh(item) else { continue };
        if q == 0 {
            // `application/json;q=0` forbids it even when */* is accepted.
            forbidden[media as usize] |= specificity == 2;
        } else if best.is_none_or(|(best, _, _)| q > best) {
            best = Some((q, specificity, media));
        }
    }
    let (_, specificity, media) = best?;
    match media {
        Media::Json if specificity < 2 && forbidden[Media::Json as usize] => {
            (!forbidden[Media::GraphqlResponse as usize]).then_some(Media::GraphqlResponse)
        }
        media => Some(media),
    }
}

/// One range of an Accept header: its `q` in thousandths, how exact it is, and what it means here.
fn weigh(item: &str) -> Option<(u16, u8, Media)> {
    let mut parts = item.split(';').map(str::trim);
    let (media, specificity) = Media::of_range(parts.next()?)?;
    let mut q = 1000;
    for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
        if name.eq_ignore_ascii_case("q") {
            q = thousandths(value)?;
        } else if name.eq_ignore_ascii_case("charset") && !is_utf8(value) {
            return None;
        }
    }
    Some((q, specificity, media))
}

/// `0.75` is 750. `None` when it is no quality value.
pub(super) fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    Some((whole * 1000 + fraction).min(1000))
}

/// Whether a charset parameter, quoted or not, is UTF-8.
pub(super) fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).expect("a header"));
        negotiate(&headers)
    }

    #[test]
    fn what_clients_send() {
        use Media::{GraphqlResponse, Json};
        assert_eq!(negotiate(&HeaderMap::new()), Some(Json));
        let cases = [
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/graphql-response+json,application/json;q=0.9", Some(GraphqlResponse)),
            ("application/json;q=0.5, application/graphql-response+json; q=0.6", Some(GraphqlResponse)),
            (
                "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
                Some(GraphqlResponse),
            ),
            ("application/graphql-response+json; charset=utf-8", Some(GraphqlResponse)),
            ("application/json; charset=iso-8859-1", None),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("application/json;q=abc", None),
            ("", None),
        ];
        for (accept, expected) in cases {
            assert_eq!(negotiated(accept), expected, "{accept}");
        }
    }
}
