//! What async-graphql's parser (7.2.1) lets pass although the grammar does not: an object literal with the same field
//! twice, of which it keeps the last, `queryName` for `query Name`, numbers such as `01`, and an empty list of variables.
//! The text is asked.
use super::{place::short, report::Report};
use crate::limits::{Lexer, Token, position};
use std::{collections::HashSet, ops::Range};

/// A bracket, and the names of the object literal that it opened.
struct Open<'t> {
    mark: u8,
    names: Option<HashSet<&'t str>>,
}

/// Reports what is wrong with a text that has been parsed.
pub(super) fn check(text: &str, report: &mut Report) {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut begins_definition = true;
    let mut tokens = Lexer::new(text).peekable();
    while let Some((token, range)) = tokens.next() {
        let written = text.get(range.clone()).unwrap_or_default();
        match token {
            Token::Mark(b'{') => {
                // Only values stand in parentheses.
                let is_value = open.iter().any(|open| open.mark == b'(');
                open.push(Open { mark: b'{', names: is_value.then(HashSet::new) });
            }
            Token::Mark(b'(') if matches!(tokens.peek(), Some((Token::Mark(b')'), _))) => {
                report.syntax(position(text, range.start), "there is nothing between `(` and `)`: take them out");
                open.push(Open { mark: b'(', names: None });
            }
            Token::Mark(mark @ (b'(' | b'[')) => open.push(Open { mark, names: None }),
            Token::Mark(closing @ (b'}' | b')' | b']')) => {
                open.pop();
                begins_definition = closing == b'}' && open.is_empty();
                continue;
            }
            Token::Name if begins_definition && !is_definition(written) => {
                let what = format!("`{}` begins no operation or fragment", short(written));
                report.syntax(position(text, range.start), what);
            }
            Token::Name => {
                let is_key = matches!(tokens.peek(), Some((Token::Mark(b':'), _)));
                let names = open.last_mut().and_then(|open| open.names.as_mut());
                if let (true, Some(names)) = (is_key, names)
                    && !names.insert(written)
                {
                    let what = format!("the field `{}` is given twice in one object: take one out", short(written));
                    report.fail(position(text, range.start), what);
                }
            }
            Token::Number => number(text, written, &range, tokens.peek().map(|(_, next)| next), report),
            _ => {}
        }
        begins_definition = false;
    }
}

fn is_definition(word: &str) -> bool {
    matches!(word, "query" | "mutation" | "subscription" | "fragment")
}

fn number(text: &str, written: &str, range: &Range<usize>, next: Option<&Range<usize>>, report: &mut Report) {
    let digits = written.trim_start_matches('-').as_bytes();
    let has_zero = matches!(digits, [b'0', digit, ..] if digit.is_ascii_digit());
    let goes_on = text.get(range.end..).is_some_and(|rest| rest.starts_with(is_number_part));
    if has_zero || goes_on && next.is_some_and(|next| next.start == range.end) {
        report.syntax(position(text, range.start), format!("`{}` is no number", short(written)));
    }
}

/// What cannot stand right behind a number (specification, October 2021, section 2.9.1).
fn is_number_part(character: char) -> bool {
    character == '.' || character == '_' || character.is_ascii_alphanumeric()
}
