//! Cursors: opaque, bound to the list that made them, and never decoded by anything but this file.
//!
//! Layout before base64url: version (1 byte), fingerprint of the list (8), kind of the sort key (1), key, row id (16).
use crate::error::{Code, error};
use async_graphql::Error;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use std::fmt::Write as _;
use tradewind_persistence::read::listing::{Position, SortKey};
use uuid::Uuid;

const VERSION: u8 = 1;
/// A longer one was not made here: titles are cut to this in keys.
const LONGEST: usize = 2_000;

/// What a cursor belongs to: a cursor of another list is refused instead of giving a wrong page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// FNV-1a over the text that describes the list. No secret: it guards against mistakes, not against forgery, and
    /// a forged position shows nothing that a query could not.
    pub(crate) fn of(list: &impl std::fmt::Debug) -> Self {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        let _ = write!(hash, "{list:?}");
        Self(hash.0)
    }
}

struct Fnv(u64);
impl std::fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

/// Writes a cursor.
pub(crate) fn encode(fingerprint: Fingerprint, position: &Position) -> String {
    let mut bytes = Vec::with_capacity(48);
    bytes.push(VERSION);
    bytes.extend(fingerprint.0.to_be_bytes());
    match &position.key {
        SortKey::Number(number) => {
            bytes.push(0);
            bytes.extend(number.to_be_bytes());
        }
        SortKey::Time(time) => {
            bytes.push(1);
            bytes.extend(time.timestamp_micros().to_be_bytes());
        }
        SortKey::Text(text) => {
            bytes.push(2);
            bytes.extend(text.as_bytes());
        }
    }
    bytes.extend(position.id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads the cursor given as `argument`.
pub(crate) fn decode(argument: &str, cursor: &str, fingerprint: Fingerprint) -> Result<Position, Error> {
    let unreadable = || {
        error(
            Code::BadCursor,
            format!(
                "`{argument}` is not a cursor of this shop: use `endCursor`, `startCursor` or an edge's `cursor`, unchanged"
            ),
        )
    };
    if cursor.len() > LONGEST * 2 {
        return Err(unreadable());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| unreadable())?;
    let (version, made_for, kind, rest) = match bytes.as_slice() {
        [version, rest @ ..] if rest.len() >= 8 + 1 + 16 => (*version, &rest[..8], rest[8], &rest[9..]),
        _ => return Err(unreadable()),
    };
    let (key, id) = rest.split_at(rest.len() - 16);
    let id = Uuid::from_slice(id).map_err(|_| unreadable())?;
    if version != VERSION {
        return Err(unreadable());
    }
    if made_for != fingerprint.0.to_be_bytes() {
        return Err(error(
            Code::BadCursor,
            format!("`{argument}` was made for another list, sort, filter or channel: start again without it"),
        ));
    }
    let number = || key.try_into().map(i64::from_be_bytes).map_err(|_| unreadable());
    let key = match kind {
        0 => SortKey::Number(number()?),
        1 => SortKey::Time(DateTime::from_timestamp_micros(number()?).ok_or_else(unreadable)?),
        2 => SortKey::Text(std::str::from_utf8(key).map_err(|_| unreadable())?.to_owned()),
        _ => return Err(unreadable()),
    };
    Ok(Position { key, id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> impl Strategy<Value = SortKey> {
        prop_oneof![
            any::<i64>().prop_map(SortKey::Number),
            "\\PC{0,40}".prop_map(SortKey::Text),
            (0i64..4_102_444_800_000_000)
                .prop_map(|micros| SortKey::Time(DateTime::from_timestamp_micros(micros).unwrap())),
        ]
    }

    proptest! {
        #[test]
        fn decode_reverses_encode(key in keys(), id: u128, list: String) {
            let (position, fingerprint) = (Position { key, id: Uuid::from_u128(id) }, Fingerprint::of(&list));
            let cursor = encode(fingerprint, &position);
            prop_assert_eq!(decode("after", &cursor, fingerprint).unwrap(), position);
            prop_assert!(decode("after", &cursor, Fingerprint::of(&(list, 1))).is_err());
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in "\\PC{0,80}", fingerprint: u64) {
            let _ = decode("after", &text, Fingerprint(fingerprint));
        }
    }
}
