//! Row ids that look like UUIDv7 and are derived instead of drawn: the time part counts up from a fixed instant, so that
//! rows written one after the other lie side by side in an index; the rest is a hash of the seed, the kind and the
//! counter, so that two seeds never share an id.
use uuid::{Builder, Uuid};

/// 2025-01-01T00:00:00Z in milliseconds: the time part of the first id.
const FIRST_MILLIS: u64 = 1_735_689_600_000;

/// What an id is of. The numbers are part of the ids: never reorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Channel = 1,
    Warehouse = 2,
    Category = 3,
    Collection = 4,
    Customer = 5,
    Product = 6,
    Variant = 7,
    Media = 8,
    Review = 9,
    Promotion = 10,
    TaxRule = 11,
    ShippingMethod = 12,
    GiftCard = 13,
}

/// The `counter`-th id of a kind under a seed.
pub(crate) fn row_id(seed: u64, kind: Kind, counter: u64) -> Uuid {
    let high = mix(mix(mix(seed) ^ kind as u64) ^ counter);
    let mut random = [0; 10];
    random[..8].copy_from_slice(&high.to_be_bytes());
    random[8..].copy_from_slice(&mix(high).to_be_bytes()[..2]);
    Builder::from_unix_timestamp_millis(FIRST_MILLIS + counter, &random).into_uuid()
}

/// The mixing step of SplitMix64 (Steele, Lea and Flood, 2014): a bijection with good avalanche.
pub(crate) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A code of five letters and digits, different for every index under a seed below 36^5, and without visible order.
pub(crate) fn short_code(seed: u64, index: u64) -> String {
    const CODES: u64 = 36u64.pow(5);
    // Prime to 36^5, so that multiplying is a bijection.
    const STEP: u64 = 22_695_477;
    let mut rest = (index % CODES * STEP + mix(seed) % CODES) % CODES;
    let mut code = [b'0'; 5];
    for byte in code.iter_mut().rev() {
        *byte = b"0123456789abcdefghijklmnopqrstuvwxyz"[usize::try_from(rest % 36).unwrap_or(0)];
        rest /= 36;
    }
    String::from_utf8_lossy(&code).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_version_7_ascend_and_differ_by_seed() {
        let ids = |seed| (0..1000).map(|n| row_id(seed, Kind::Product, n)).collect::<Vec<_>>();
        assert!(ids(1).is_sorted() && ids(1).iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids(1), ids(1));
        let all: HashSet<Uuid> = ids(1).into_iter().chain(ids(2)).collect();
        assert_eq!(all.len(), 2000);
        assert_ne!(row_id(1, Kind::Product, 5), row_id(1, Kind::Variant, 5));
    }

    #[test]
    fn codes_of_a_seed_are_distinct() {
        let codes: HashSet<String> = (0..200_000).map(|n| short_code(42, n)).collect();
        assert_eq!(codes.len(), 200_000);
    }
}
