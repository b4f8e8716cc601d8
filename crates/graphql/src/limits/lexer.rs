//! Lexical tokens of a document (specification, October 2021, section 2.1). Whatever the text, it ends, never fails, and
//! does not recurse: what is no token is one anyway, for the parser to refuse.
use async_graphql::Pos;
use std::ops::Range;

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Name,
    Number,
    Text,
    /// `...`
    Spread,
    /// Any other sign.
    Mark(u8),
}

/// Reads tokens with their places in bytes; white space, commas, comments and byte order marks are left out.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0 }
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// How many bytes from `from` on are of a kind.
    fn run(&self, from: usize, is: impl Fn(u8) -> bool) -> usize {
        self.bytes.iter().skip(from).take_while(|byte| is(**byte)).count()
    }

    fn skip_ignored(&mut self) {
        loop {
            self.at += match self.rest() {
                [b' ' | b'\t' | b'\n' | b'\r' | b',', ..] => 1,
                [b'#', ..] => self.run(self.at, |byte| !matches!(byte, b'\n' | b'\r')),
                [0xef, 0xbb, 0xbf, ..] => 3,
                _ => return,
            };
        }
    }

    /// Length of the string that begins here; one without an end ends with its line, or the text.
    fn string(&self) -> usize {
        let is_block = self.rest().starts_with(b"\"\"\"");
        let mut at = self.at + if is_block { 3 } else { 1 };
        while let Some(&byte) = self.bytes.get(at) {
            let rest = self.bytes.get(at..).unwrap_or_default();
            match byte {
                b'\\' if is_block && rest.starts_with(b"\\\"\"\"") => at += 4,
                b'\\' if !is_block => at += 2,
                b'"' if is_block && rest.starts_with(b"\"\"\"") => return at + 3 - self.at,
                b'"' | b'\n' | b'\r' if !is_block => return at + 1 - self.at,
                _ => at += 1,
            }
        }
        self.bytes.len() - self.at
    }

    /// Length of the number that begins here.
    fn number(&self) -> usize {
        let digits = |from| self.run(from, |byte| byte.is_ascii_digit());
        let mut at = self.at + usize::from(self.rest().first() == Some(&b'-'));
        at += digits(at);
        if self.bytes.get(at) == Some(&b'.') && digits(at + 1) > 0 {
            at += 1 + digits(at + 1);
        }
        if matches!(self.bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(at + 1), Some(b'+' | b'-')));
            if digits(at + 1 + sign) > 0 {
                at += 1 + sign + digits(at + 1 + sign);
            }
        }
        at - self.at
    }
}

impl Iterator for Lexer<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_ignored();
        let (token, length) = match self.rest() {
            [] => return None,
            [b'"', ..] => (Token::Text, self.string()),
            [b'.', b'.', b'.', ..] => (Token::Spread, 3),
            [b'-', digit, ..] | [digit, ..] if digit.is_ascii_digit() => (Token::Number, self.number()),
            [byte, ..] if is_name(*byte) => (Token::Name, self.run(self.at, is_name)),
            [byte, ..] => (Token::Mark(*byte), 1),
        };
        let start = self.at;
        self.at = (start + length).min(self.bytes.len());
        Some((token, start..self.at))
    }
}

/// Letters of other scripts are no names, but one sign each would make many tokens of one mistake.
fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Line and column of a byte, both from 1; columns count characters.
pub(crate) fn position(text: &str, at: usize) -> Pos {
    let before = text.get(..at).unwrap_or(text);
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    Pos { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<&str> {
        Lexer::new(text).map(|(_, range)| &text[range]).collect()
    }

    #[test]
    fn tokens_are_those_of_the_specification() {
        let text = "\u{feff}query A($a: [Int!]! = [-1, 2.5e+3 0]) { ...b @c(d: \"x # \\\" y\") } # comment\r{a}";
        let expected = [
            "query",
            "A",
            "(",
            "$",
            "a",
            ":",
            "[",
            "Int",
            "!",
            "]",
            "!",
            "=",
            "[",
            "-1",
            "2.5e+3",
            "0",
            "]",
            ")",
            "{",
            "...",
            "b",
            "@",
            "c",
            "(",
            "d",
            ":",
            "\"x # \\\" y\"",
            ")",
            "}",
            "{",
            "a",
            "}",
        ];
        assert_eq!(tokens(text), expected);
        assert_eq!(tokens(r#""""a "quoted" \""" b""" c"#), [r#""""a "quoted" \""" b""""#, "c"]);
        assert_eq!(tokens(r#""" """" "#), ["\"\"", "\"\"\"\" "]);
        assert_eq!(tokens("\"open\n a"), ["\"open\n", "a"]);
        assert_eq!(tokens("1.x 1e -a .. "), ["1", ".", "x", "1", "e", "-", "a", ".", "."]);
    }

    #[test]
    fn positions_count_characters_from_one() {
        assert_eq!(position("ä\nöb", 5), Pos { line: 2, column: 2 });
        assert_eq!(position("a", 0), Pos { line: 1, column: 1 });
    }

    proptest! {
        #[test]
        fn tokens_are_in_order_and_never_empty(text in "[\\[\\]{}()\"#\\\\\n \\-.0-2a-ce…]{0,200}") {
            let mut end = 0;
            for (_, range) in Lexer::new(&text) {
                prop_assert!(range.start >= end && range.end > range.start && range.end <= text.len());
                end = range.end;
            }
        }
    }
}
