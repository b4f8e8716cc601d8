//! Reads what an answer shows of registers, by hand: the bodies are ours, and there are millions of them. Every value
//! is `index.number`.
use crate::history::{KeyIndex, Seen};

/// Where the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"data":{"nodes":[…]}}`, in the order of the keys.
    Nodes,
    /// `{"data":{"product":…}}`, also of a profile.
    One,
    /// `{"data":{"category":{"products":{"nodes":[…]}}}}`: who is not there is absent.
    List,
}

/// What an answer shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) values: Vec<(KeyIndex, Seen)>,
    pub(super) unverified: bool,
}

/// The word by which an answer says that it could not be proven fresh, in its extensions or its head.
const UNVERIFIED: &[u8] = b"unverified";

/// Reads a body. None: it holds errors, or is no answer at all. `is_member`: keys of which a list shows only that they are
/// there.
pub(super) fn read(
    shape: Shape,
    body: &[u8],
    keys: &[KeyIndex],
    is_member: impl Fn(KeyIndex) -> bool,
) -> Option<Shown> {
    let mut rest = Rest(body);
    let mut values = Vec::with_capacity(keys.len());
    match shape {
        Shape::Nodes => {
            rest.expect(b"{\"data\":{\"nodes\":[")?;
            for (position, key) in keys.iter().enumerate() {
                if position > 0 {
                    rest.expect(b",")?;
                }
                values.push((*key, rest.value(*key)?));
            }
            rest.expect(b"]}")?;
        }
        Shape::One => {
            let key = *keys.first()?;
            rest.expect(b"{\"data\":{")?;
            rest.behind(b':')?;
            values.push((key, rest.value(key)?));
            rest.expect(b"}")?;
        }
        Shape::List => {
            rest.expect(b"{\"data\":{\"category\":{\"products\":{\"nodes\":[")?;
            values.extend(keys.iter().map(|key| (*key, Seen::Absent)));
            while rest.expect(b"]").is_none() {
                let (key, number) = rest.title()?;
                let place = values.iter_mut().find(|(known, _)| *known == key)?;
                place.1 = if is_member(key) { Seen::Present } else { Seen::Number(number) };
                let _ = rest.expect(b",");
            }
            rest.expect(b"}}}")?;
        }
    }
    // Behind the data: errors must not be taken for absence.
    let behind = rest.0;
    if contains(behind, b"\"errors\"") {
        return None;
    }
    Some(Shown { values, unverified: contains(behind, UNVERIFIED) })
}

/// Whether the head says that the answer could not be proven fresh.
pub(super) fn head_says_unverified(head: &[u8]) -> bool {
    contains(head, UNVERIFIED)
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

struct Rest<'b>(&'b [u8]);

impl Rest<'_> {
    fn expect(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn behind(&mut self, byte: u8) -> Option<()> {
        let at = self.0.iter().position(|other| *other == byte)?;
        self.0 = self.0.get(at + 1..)?;
        Some(())
    }

    /// `null`, or the title of this key.
    fn value(&mut self, key: KeyIndex) -> Option<Seen> {
        if self.expect(b"null").is_some() {
            return Some(Seen::Absent);
        }
        let (index, number) = self.title()?;
        (index == key).then_some(Seen::Number(number))
    }

    fn title(&mut self) -> Option<(KeyIndex, u64)> {
        self.expect(b"{\"title\":\"")?;
        let index = self.digits()?;
        self.expect(b".")?;
        let number = self.digits()?;
        self.expect(b"\"}")?;
        Some((KeyIndex::try_from(index).ok()?, number))
    }

    fn digits(&mut self) -> Option<u64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(shape: Shape, body: &str, keys: &[KeyIndex]) -> Option<Vec<(KeyIndex, Seen)>> {
        read(shape, body.as_bytes(), keys, |key| key == 9).map(|shown| shown.values)
    }

    #[test]
    fn values_are_read() {
        let nodes = r#"{"data":{"nodes":[{"title":"3.17"},null]}}"#;
        assert_eq!(values(Shape::Nodes, nodes, &[3, 4]), Some(vec![(3, Seen::Number(17)), (4, Seen::Absent)]));
        let one = r#"{"data":{"product":{"title":"3.17"}}}"#;
        assert_eq!(values(Shape::One, one, &[3]), Some(vec![(3, Seen::Number(17))]));
        assert_eq!(values(Shape::One, r#"{"data":{"product":null}}"#, &[3]), Some(vec![(3, Seen::Absent)]));
        let list = r#"{"data":{"category":{"products":{"nodes":[{"title":"3.17"},{"title":"9.0"}]}}}}"#;
        let expected = vec![(3, Seen::Number(17)), (5, Seen::Absent), (9, Seen::Present)];
        assert_eq!(values(Shape::List, list, &[3, 5, 9]), Some(expected));
        let empty = r#"{"data":{"category":{"products":{"nodes":[]}}}}"#;
        assert_eq!(values(Shape::List, empty, &[3]), Some(vec![(3, Seen::Absent)]));
    }

    #[test]
    fn errors_and_foreign_values_are_no_answer() {
        for body in [
            r#"{"data":{"product":null},"errors":[{"message":"no"}]}"#,
            r#"{"data":null}"#,
            r#"{"data":{"product":{"title":"4.17"}}}"#,
            r#"{"data":{"product":{"title":"3."}}}"#,
            "",
        ] {
            assert_eq!(values(Shape::One, body, &[3]), None, "{body}");
        }
    }

    #[test]
    fn an_answer_may_say_that_it_is_unverified() {
        let body = br#"{"data":{"product":null},"extensions":{"unverified":true}}"#;
        assert!(read(Shape::One, body, &[3], |_| false).unwrap().unverified);
        let body = br#"{"data":{"product":null}}"#;
        assert!(!read(Shape::One, body, &[3], |_| false).unwrap().unverified);
    }
}
