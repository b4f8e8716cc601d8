//! Kinds of people.
use async_graphql::Enum;

/// Who may use a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "AccessGrant")]
pub(crate) enum Grant {
    /// Everybody, also who is not logged in.
    Anyone,
    /// A customer who is logged in; sees what is their own.
    Customer,
}

impl Grant {
    /// The word in the schema's text.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Anyone => "ANYONE",
            Self::Customer => "CUSTOMER",
        }
    }

    const ALL: [Self; 2] = [Self::Anyone, Self::Customer];

    pub(crate) fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.word() == word)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Several of them; whoever has one may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Grants(u32);

impl Grants {
    /// Of these.
    pub(crate) const fn of(grants: &[Grant]) -> Self {
        let (mut all, mut index) = (0, 0);
        while index < grants.len() {
            all |= grants[index].bit();
            index += 1;
        }
        Self(all)
    }

    /// Whether one of them is also among `held`.
    pub(crate) const fn meets(self, held: Self) -> bool {
        self.0 & held.0 != 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Grant> {
        Grant::ALL.into_iter().filter(move |grant| self.0 & grant.bit() != 0)
    }
}
