//! Which registers there are.
use crate::history::{KeyIndex, KeySpec, Mode, Nanos};
use serde::Serialize;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

/// The lease of BOUNDED reads, with the drift that two clocks may have: for so long, readers may miss what a writer who
/// does not wait has committed.
const LEASE: Nanos = 50_050_000;
/// Lists (categories) that registers are in.
pub(crate) const CATEGORIES: usize = 4;

/// What a register is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeyKind {
    /// A product's title; the product is always there.
    Title,
    /// A product that is deleted and inserted again; it is also in a list.
    Existence,
    /// Whether a product is in a list.
    Member,
    /// A customer's name: private, STRICT.
    Profile,
    /// A product's title, written past the servers.
    Direct,
}

/// Kinds, and how many there are of each.
const KINDS: [(KeyKind, u32); 5] = [
    (KeyKind::Title, 160),
    (KeyKind::Existence, 60),
    (KeyKind::Member, 40),
    (KeyKind::Profile, 40),
    (KeyKind::Direct, 40),
];

/// One register.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) index: KeyIndex,
    pub(crate) kind: KeyKind,
    /// Its row.
    pub(crate) id: Uuid,
    /// The list that it is in, for those that are in one.
    pub(crate) category: usize,
}

impl Key {
    /// As the API names the product.
    pub(crate) fn global_id(&self) -> String {
        GlobalId::encode(NodeKind::Product, self.id)
    }

    /// Part of the product's address.
    pub(crate) fn slug(&self) -> String {
        format!("rig-{}", self.index)
    }

    /// Its name for the server's write route.
    pub(crate) fn is_listed(&self) -> bool {
        matches!(self.kind, KeyKind::Existence | KeyKind::Member)
    }
}

/// All registers; a key's index is its position.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    all: Vec<Key>,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let kinds = KINDS.iter().flat_map(|(kind, count)| (0..*count).map(|_| *kind));
        let key = |(index, kind): (KeyIndex, KeyKind)| Key {
            index,
            kind,
            // Rising, so that lists and locks have an order that people can follow.
            id: Uuid::from_u128(0x0172_6967_0000_7000_8000_0000_0000_0000 + u128::from(index)),
            category: usize::try_from(index).unwrap_or_default() % CATEGORIES,
        };
        Self { all: (0..).zip(kinds).map(key).collect() }
    }

    pub(crate) fn all(&self) -> &[Key] {
        &self.all
    }

    pub(crate) fn get(&self, index: KeyIndex) -> Option<&Key> {
        self.all.get(usize::try_from(index).ok()?)
    }

    pub(crate) fn of(&self, kind: KeyKind) -> impl Iterator<Item = &Key> {
        self.all.iter().filter(move |key| key.kind == kind)
    }

    /// Those that a product query shows by id.
    pub(crate) fn products(&self) -> impl Iterator<Item = &Key> {
        self.all.iter().filter(|key| matches!(key.kind, KeyKind::Title | KeyKind::Existence | KeyKind::Direct))
    }

    /// Those that a list shows.
    pub(crate) fn listed(&self, category: usize) -> impl Iterator<Item = &Key> {
        self.all.iter().filter(move |key| key.is_listed() && key.category == category)
    }

    /// For the history's header.
    pub(crate) fn specs(&self) -> Vec<KeySpec> {
        let spec = |key: &Key| {
            let (mode, slack) = match key.kind {
                KeyKind::Profile => (Mode::Strict, 0),
                KeyKind::Direct => (Mode::Bounded, LEASE),
                _ => (Mode::Bounded, 0),
            };
            KeySpec { name: format!("{:?} {}", key.kind, key.index).to_lowercase(), mode, slack }
        };
        self.all.iter().map(spec).collect()
    }
}

/// The row of a list.
pub(crate) fn category_id(category: usize) -> Uuid {
    Uuid::from_u128(0x0172_6967_0000_7000_9000_0000_0000_0000 + u128::try_from(category).unwrap_or_default())
}

/// The product whose stock is asked for, its variant, and the warehouse that it is in.
pub(crate) fn stock_id() -> Uuid {
    Uuid::from_u128(0x0172_6967_0000_7000_b000_0000_0000_0000)
}
