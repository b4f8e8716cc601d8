//! The name of a document: the SHA-256 of its text.
use sha2::{Digest, Sha256};
use std::fmt;

/// Written `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DocumentHash([u8; 32]);

impl DocumentHash {
    /// Of the text's bytes, as Apollo's and GraphQL Code Generator's clients compute it.
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Apollo's and Relay's clients leave the prefix out.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text).as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(hash))
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for DocumentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '{__typename}' | sha256sum`: also the example of Apollo's documentation.
    const TYPENAME: &str = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";

    #[test]
    fn a_hash_is_that_of_the_text() {
        assert_eq!(DocumentHash::of("{__typename}").to_string(), format!("sha256:{TYPENAME}"));
    }

    #[test]
    fn a_hash_is_read_with_and_without_its_prefix() {
        let hash = DocumentHash::of("{__typename}");
        for text in [TYPENAME.to_owned(), TYPENAME.to_uppercase(), format!("sha256:{TYPENAME}")] {
            assert_eq!(DocumentHash::parse(&text), Some(hash), "{text}");
        }
        for wrong in ["", "sha256:", "md5:0", &TYPENAME[1..], &format!("{TYPENAME}0"), &TYPENAME.replace('e', "g")] {
            assert_eq!(DocumentHash::parse(wrong), None, "{wrong}");
        }
    }
}
