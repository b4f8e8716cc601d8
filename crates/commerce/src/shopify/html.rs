//! Makes descriptions safe, and counts what had to go.
use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind},
};
use std::{cell::RefCell, collections::BTreeMap};

/// How many elements (`<script>`) and attributes (`onclick`) of each name were taken out.
pub(crate) type Removed = BTreeMap<String, u64>;

/// The description as it may be shown, and what was removed: by ammonia's default policy, so scripts and styles go
/// with their content, other unknown elements leave their text, and links carry `rel="noopener noreferrer"`.
pub(crate) fn sanitise(html: &str) -> (String, Removed) {
    if !html.contains(['<', '&', '\r', '\0', '>', '\u{a0}']) {
        return (html.to_owned(), Removed::new());
    }
    let clean = settled(html);
    let mut removed = census(html);
    for (name, count) in census(&clean) {
        if let Some(before) = removed.get_mut(&name) {
            *before = before.saturating_sub(count);
        }
    }
    removed.retain(|_, count| *count > 0);
    (clean, removed)
}

/// Rounds until a text is read again as it was written. Wrongly nested links and tables need two or three.
const MOST_ROUNDS: usize = 8;

/// What is clean stays clean: `<a><table><a>` is written in an order that reads differently the next time, so an export
/// would not come back as it was, and what a browser makes of it would not be what was checked.
fn settled(html: &str) -> String {
    let mut clean = ammonia::clean(html);
    for _ in 1..MOST_ROUNDS {
        let again = ammonia::clean(&clean);
        if again == clean {
            break;
        }
        clean = again;
    }
    clean
}

/// Counts elements and attributes. Their names are the file's, so they are cut, and only so many are told apart.
#[derive(Default)]
struct Census(RefCell<Removed>);

impl Census {
    fn count(&self, name: String) {
        let mut counts = self.0.borrow_mut();
        let known = counts.len() < 200 || counts.contains_key(&name);
        *counts.entry(if known { name } else { "(others)".to_owned() }).or_default() += 1;
    }
}

impl TokenSink for Census {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                self.count(format!("<{}>", super::report::shorten(&tag.name)));
                tag.attrs.iter().for_each(|attribute| self.count(super::report::shorten(&attribute.name.local)));
                match &*tag.name {
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "iframe" | "noembed" | "noframes" | "xmp" => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    "textarea" | "title" => return TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => {}
                }
            }
            Token::CommentToken(_) => self.count("<!-- -->".to_owned()),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn census(html: &str) -> Removed {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Census::default(), TokenizerOpts::default());
    while !queue.is_empty() {
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_what_it_removes() {
        let (clean, removed) = sanitise(
            "<p onclick=\"x()\">Soft</p><script>if (a<b) {}</script><style>p{}</style><iframe src=x></iframe><!-- c -->",
        );
        assert_eq!(clean, "<p>Soft</p>");
        let expected = [("<!-- -->", 1), ("<iframe>", 1), ("<script>", 1), ("<style>", 1), ("onclick", 1), ("src", 1)];
        assert_eq!(removed.iter().map(|(name, n)| (name.as_str(), *n)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn plain_text_stays() {
        assert_eq!(sanitise("Soft \"wool\", it's warm.\nYes").0, "Soft \"wool\", it's warm.\nYes");
    }

    #[test]
    fn wrong_nesting_settles() {
        for html in ["<a><table><a>", "<p><table><p>", "<a><table><td><a><table><a>"] {
            let (once, _) = sanitise(html);
            assert_eq!(sanitise(&once).0, once, "{html}");
        }
    }

    proptest! {
        #[test]
        fn clean_stays_clean(html in "(<(p|a|b|table|td|script|style|svg|math|textarea|i)( (href|src|onload|style|title)=\"?[a-z:&;]{0,6}\"?)?>|</(p|a|b|td|script|svg|i)>|[a-z&<>;\r\n]{0,5}|<!--|-->){0,12}") {
            let (once, _) = sanitise(&html);
            let (twice, _) = sanitise(&once);
            prop_assert_eq!(twice, once);
        }
    }
}
