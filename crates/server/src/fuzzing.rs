//! Doors for `fuzz/` and for property tests: what strangers' bytes meet first, alone.

/// Reads the query string of a GET: a request or a refusal, never a panic.
pub fn query_string(text: &str) -> bool {
    crate::http::is_request(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_query_string_is_a_request_or_a_refusal(text in "[a-z=&%+;{}\"0-9…]{0,80}") {
            query_string(&text);
        }

        #[test]
        fn what_is_encoded_is_read(query in "\\PC{1,40}") {
            let encoded: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
            let (once, twice) = (format!("query={encoded}"), format!("query={encoded}&query={encoded}"));
            prop_assert!(query_string(&once) && !query_string(&twice));
        }
    }
}
