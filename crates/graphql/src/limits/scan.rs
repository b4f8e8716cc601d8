//! Tokens and open brackets of a document, counted in one pass without a parser: async-graphql's parser recurses per
//! bracket of a literal, so 2,000 of them (4 KB) would overflow the stack.
use super::{Limits, Refusal};

/// Refuses a text that is too long, has too many tokens or opens too many brackets.
pub(crate) fn scan(text: &str, limits: &Limits) -> Result<(), Refusal> {
    if text.len() > limits.document_bytes {
        let way_out = "split the document, or send only the operation that runs";
        return Err(Refusal::new("documentBytes", "bytes", text.len(), limits.document_bytes, way_out));
    }
    let bytes = text.as_bytes();
    let (mut at, mut tokens, mut open) = (0, 0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..].iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
                continue;
            }
            b'"' => at = after_string(bytes, at),
            b'{' | b'[' | b'(' => {
                open += 1;
                at += 1;
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                at += 1;
            }
            byte if is_word(byte) => at += bytes[at..].iter().take_while(|byte| is_word(**byte)).count(),
            _ => at += 1,
        }
        tokens += 1;
        if tokens > limits.tokens {
            return Err(Refusal::new("tokens", "tokens or more", tokens, limits.tokens, "ask for less at once"));
        }
        if open > limits.brackets {
            return Err(Refusal::new("brackets", "brackets open at once or more", open, limits.brackets, "nest less"));
        }
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The position behind the string that begins at `at`; a string without an end ends with its line, or the text.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let block = bytes[at..].starts_with(b"\"\"\"");
    let mut at = at + if block { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if block && bytes[at..].starts_with(b"\\\"\"\"") => at += 4,
            b'\\' if !block => at += 2,
            b'"' if block && bytes[at..].starts_with(b"\"\"\"") => return at + 3,
            b'"' | b'\n' | b'\r' if !block => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits(tokens: usize, brackets: usize) -> Limits {
        Limits { tokens, brackets, ..Limits::default() }
    }

    #[test]
    fn counts_tokens_and_brackets_outside_of_strings_and_comments() {
        assert!(scan("{ a(b: \"[[[[\") # [[[[[\n { c } }", &limits(20, 2)).is_ok());
        assert!(scan("{ a(b: \"\"\"[[\\\"\"\"[[\"\"\") }", &limits(20, 2)).is_ok());
        assert_eq!(scan("{ a { b { c } } }", &limits(20, 2)).unwrap_err().limit, "brackets");
        assert_eq!(scan("{ a b c d }", &limits(5, 2)).unwrap_err().limit, "tokens");
        assert!(scan("{ a b c d }", &limits(6, 2)).is_ok());
        assert_eq!(
            scan(&format!("{{ a(b: {} }}", "[".repeat(2000)), &Limits::default()).unwrap_err().limit,
            "brackets"
        );
    }

    proptest! {
        #[test]
        fn any_text_ends(text in "[\\[\\]{}()\"#\\\\\n a-c…]{0,200}") {
            let _ = scan(&text, &Limits::default());
        }
    }
}
