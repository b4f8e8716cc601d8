//! Names of what an answer was made of.
use sha2::{Digest, Sha256};

/// The value of a tag's name: the first eight bytes of its SHA-256, the highest first. Two names with the same value only
/// cost a needless miss. `cache_tag` of the database computes the same, as a signed number.
///
/// docs/caching.md lists the names. Ids in them are hyphenated and in lower case, as `Uuid` prints them.
///
/// `name`: in parts, so that nobody puts it together.
pub fn tag(name: &[&str]) -> u64 {
    let mut digest = Sha256::new();
    for part in name {
        digest.update(part);
    }
    digest.finalize().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// What tags are about; each has one that stands for all the others, [`Kind::all`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Products and everything that is read with them: variants, prices, media, lists, facets, search.
    Product,
    /// The tree.
    Category,
    /// Collections themselves; who belongs to them is about products.
    Collection,
    /// Reviews.
    Review,
    /// Customers and their addresses.
    Customer,
    /// Sessions of customers.
    Session,
    /// Channels.
    Channel,
}

impl Kind {
    /// Every kind.
    pub const EACH: [Self; 7] =
        [Self::Product, Self::Category, Self::Collection, Self::Review, Self::Customer, Self::Session, Self::Channel];

    /// As it is written in tags.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Category => "category",
            Self::Collection => "collection",
            Self::Review => "review",
            Self::Customer => "customer",
            Self::Session => "session",
            Self::Channel => "channel",
        }
    }

    /// The value of `KIND:*`, which is logged where anything of the kind may have changed: after a bulk write, a `TRUNCATE`,
    /// or a statement that changed more than a thousand tags. Whatever depends on a tag of the kind depends on this one.
    pub fn all(self) -> u64 {
        tag(&[self.word(), ":*"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_the_beginning_of_the_hash() {
        // printf 'product:*' | sha256sum
        assert_eq!(format!("{:016x}", tag(&["product:*"])), "e34b47afa983f68f");
        assert_eq!(tag(&["a", "bc"]), 0xba78_16bf_8f01_cfea);
        assert_eq!(Kind::Product.all(), tag(&["product:*"]));
    }
}
