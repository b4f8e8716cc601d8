//! How an entry lies in the second tier: what decides about its use first, so that a useless value is never decoded.
//!
//! `version u8 | flags u8 | epoch u32 | as-of u64 | born u64 | soft u32 | hard u32 | cost u32 | viewer u64 | tags u16 |
//! tag u64 * tags | [size u32] value`, little endian; born in milliseconds since 1970, soft and hard in milliseconds from
//! there, cost in microseconds; the value as postcard, where flagged compressed with zstd after its size.

use crate::Tag;
use std::borrow::Cow;

const VERSION: u8 = 1;
const NEGATIVE: u8 = 1;
const COMPRESSED: u8 = 2;
const HEADER: usize = 44;
const LEVEL: i32 = 1;

/// All but the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) epoch: u32,
    pub(crate) as_of: u64,
    pub(crate) born_ms: u64,
    pub(crate) soft_ms: u32,
    pub(crate) hard_ms: u32,
    pub(crate) cost: u32,
    pub(crate) viewer: u64,
    pub(crate) tags: Vec<Tag>,
}

/// A header and what follows it.
pub(crate) struct Envelope<'a> {
    pub(crate) header: Header,
    flags: u8,
    value: &'a [u8],
}

/// `None`: the encoded value is larger than `max`.
pub(crate) fn seal(header: &Header, value: Option<Vec<u8>>, compress_from: usize, max: usize) -> Option<Vec<u8>> {
    let mut flags = 0;
    let mut body = Vec::new();
    match value {
        None => flags |= NEGATIVE,
        Some(plain) => {
            if plain.len() > max {
                return None;
            }
            if plain.len() >= compress_from {
                flags |= COMPRESSED;
                body.extend(u32::try_from(plain.len()).ok()?.to_le_bytes());
                body.extend(zstd::bulk::compress(&plain, LEVEL).ok()?);
            } else {
                body = plain;
            }
        }
    }
    let mut out = Vec::with_capacity(HEADER + header.tags.len() * 8 + body.len());
    out.extend([VERSION, flags]);
    out.extend(header.epoch.to_le_bytes());
    out.extend(header.as_of.to_le_bytes());
    out.extend(header.born_ms.to_le_bytes());
    out.extend(header.soft_ms.to_le_bytes());
    out.extend(header.hard_ms.to_le_bytes());
    out.extend(header.cost.to_le_bytes());
    out.extend(header.viewer.to_le_bytes());
    out.extend(u16::try_from(header.tags.len()).ok()?.to_le_bytes());
    for tag in &header.tags {
        out.extend(tag.0.to_le_bytes());
    }
    out.extend(body);
    Some(out)
}

/// `None`: of another version, or damaged.
pub(crate) fn open(bytes: &[u8]) -> Option<Envelope<'_>> {
    let mut rest = bytes;
    let [version, flags] = take(&mut rest)?;
    if version != VERSION {
        return None;
    }
    let mut header = Header {
        epoch: u32::from_le_bytes(take(&mut rest)?),
        as_of: u64::from_le_bytes(take(&mut rest)?),
        born_ms: u64::from_le_bytes(take(&mut rest)?),
        soft_ms: u32::from_le_bytes(take(&mut rest)?),
        hard_ms: u32::from_le_bytes(take(&mut rest)?),
        cost: u32::from_le_bytes(take(&mut rest)?),
        viewer: u64::from_le_bytes(take(&mut rest)?),
        tags: Vec::new(),
    };
    let tags = usize::from(u16::from_le_bytes(take(&mut rest)?));
    if rest.len() < tags * 8 {
        return None;
    }
    header.tags.reserve_exact(tags);
    for _ in 0..tags {
        header.tags.push(Tag(u64::from_le_bytes(take(&mut rest)?)));
    }
    Some(Envelope { header, flags, value: rest })
}

impl Envelope<'_> {
    /// The encoded value: outer `None` = damaged, inner `None` = there is none.
    pub(crate) fn value(&self, max: usize) -> Option<Option<Cow<'_, [u8]>>> {
        if self.flags & NEGATIVE != 0 {
            return Some(None);
        }
        let mut rest = self.value;
        if self.flags & COMPRESSED == 0 {
            return Some(Some(Cow::Borrowed(rest)));
        }
        let size = usize::try_from(u32::from_le_bytes(take(&mut rest)?)).ok()?;
        if size > max {
            return None;
        }
        Some(Some(Cow::Owned(zstd::bulk::decompress(rest, size).ok()?)))
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(tags: &[u64]) -> Header {
        let tags = tags.iter().map(|tag| Tag(*tag)).collect();
        Header { epoch: 7, as_of: 1 << 40, born_ms: 5, soft_ms: 6, hard_ms: 8, cost: 9, viewer: 3, tags }
    }

    fn opened(bytes: &[u8], max: usize) -> Option<Option<Vec<u8>>> {
        Some(open(bytes)?.value(max)?.map(Cow::into_owned))
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened(text in ".{0,3000}", tags in proptest::collection::vec(any::<u64>(), 0..40)) {
            let sealed = seal(&header(&tags), Some(text.clone().into_bytes()), 1_000, 1 << 20).unwrap();
            prop_assert_eq!(&open(&sealed).unwrap().header, &header(&tags));
            prop_assert_eq!(opened(&sealed, 1 << 20), Some(Some(text.into_bytes())));
        }

        #[test]
        fn damage_is_no_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(first) = bytes.first_mut() { *first = VERSION; }
            let _ = opened(&bytes, 1 << 16);
        }
    }

    #[test]
    fn absent_large_and_bomb() {
        let sealed = seal(&header(&[1]), None, 10, 100).unwrap();
        assert_eq!(sealed.len(), HEADER + 8);
        assert_eq!(opened(&sealed, 100), Some(None));
        let text = vec![b'x'; 5_000];
        assert!(seal(&header(&[]), Some(text.clone()), 10, 100).is_none());
        let sealed = seal(&header(&[]), Some(text), 10, 10_000).unwrap();
        assert!(sealed.len() < 200);
        assert_eq!(opened(&sealed, 100), None, "more than it may be");
        assert!(open(&sealed[..20]).is_none());
    }
}
