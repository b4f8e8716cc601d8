//! Many changes in one request.
use tradewind_domain::word::Word;

/// What becomes of the other items of a bulk mutation where one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// Nothing is changed at all.
    AllOrNothing,
    /// What can be done is done; each item that is not tells why.
    EachOnItsOwn,
}

impl Word for OnError {
    const ALL: &'static [Self] = &[Self::AllOrNothing, Self::EachOnItsOwn];

    fn as_str(self) -> &'static str {
        match self {
            Self::AllOrNothing => "ALL_OR_NOTHING",
            Self::EachOnItsOwn => "EACH_ON_ITS_OWN",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::AllOrNothing => "Where one item is refused, nothing is changed at all.",
            Self::EachOnItsOwn => "What can be done is done; `userErrors` tell of the items that are not.",
        }
    }
}
