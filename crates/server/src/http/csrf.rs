//! Requests that a page of another origin can make a browser send without asking here first.
//!
//! A POST is never one of them: only `application/json` is read, which needs a preflight. A GET changes nothing, and its
//! answer can be read by no page of another origin, whatever cookie came along; where a proxy in front turns cookies into
//! rights, the configuration asks for one of these headers too. The names are those of Apollo's clients and servers.
use super::failure::Failure;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};

const PREFLIGHTED: [&str; 3] = ["graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name"];
/// What a form can send (Fetch standard, "CORS-safelisted request-header").
const SIMPLE: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// Refuses a request that needed no preflight.
pub(super) fn require_preflight(headers: &HeaderMap) -> Result<(), Failure> {
    let has_one = PREFLIGHTED.iter().any(|name| headers.get(*name).is_some_and(|value| !value.is_empty()))
        || headers.contains_key(AUTHORIZATION)
        || has_preflighted_content_type(headers);
    if has_one { Ok(()) } else { Err(Failure::cross_site()) }
}

fn has_preflighted_content_type(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let Ok(text) = only.to_str() else { return false };
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence.contains('/') && !SIMPLE.iter().any(|simple| essence.eq_ignore_ascii_case(simple))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{HeaderName, HeaderValue};

    fn passes(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter();
        let pairs = pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        pairs.for_each(|(name, value)| _ = map.append(name, value));
        require_preflight(&map).is_ok()
    }

    #[test]
    fn what_a_browser_asks_for_first_passes() {
        assert!(passes(&[("content-type", "application/json")]));
        assert!(passes(&[("content-type", "application/graphql; charset=utf-8")]));
        assert!(passes(&[("authorization", "Bearer x")]));
        for name in PREFLIGHTED {
            assert!(passes(&[(name, "1")]), "{name}");
        }
    }

    #[test]
    fn what_a_form_or_an_image_can_send_does_not() {
        for simple in ["text/plain", "TEXT/PLAIN; a=application/json", "multipart/form-data; boundary=x", "", "json"] {
            assert!(!passes(&[("content-type", simple)]), "{simple}");
        }
        assert!(!passes(&[]) && !passes(&[("cookie", "a=b"), ("accept", "application/json")]));
        assert!(!passes(&[("apollo-require-preflight", "")]));
        assert!(!passes(&[("content-type", "application/json"), ("content-type", "text/plain")]));
    }
}
