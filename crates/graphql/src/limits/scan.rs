//! Tokens and open brackets of a document, counted in one pass without a parser: async-graphql's parser recurses per
//! bracket of a literal, so 2,000 of them (4 KB) would overflow the stack.
use super::{
    Limits, Refusal,
    lexer::{Lexer, Token},
};

/// Refuses a text that is too long, has too many tokens or opens too many brackets.
pub(crate) fn scan(text: &str, limits: &Limits) -> Result<(), Refusal> {
    if text.len() > limits.document_bytes {
        let way_out = "split the document, or send only the operation that runs";
        return Err(Refusal::new("documentBytes", "bytes", text.len(), limits.document_bytes, way_out));
    }
    let (mut tokens, mut open) = (0usize, 0usize);
    for (token, _) in Lexer::new(text) {
        match token {
            Token::Mark(b'{' | b'[' | b'(') => open += 1,
            Token::Mark(b'}' | b']' | b')') => open = open.saturating_sub(1),
            _ => {}
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
