//! Stock as it should be, in memory, and what can be done to it.
use crate::world::{variant_id, warehouse_id};
use proptest::{collection::vec, option, prelude::*};
use std::collections::{BTreeMap, HashMap};
use tradewind_domain::stock::StockPolicy;
use tradewind_persistence::write::{Line, Shortage};

const VARIANTS: std::ops::RangeInclusive<u32> = 1..=3;

/// One operation. Holds have the number of the operation that made them.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Lines as (variant, units).
    Reserve {
        channel: u32,
        lines: Vec<(u32, i64)>,
        minutes: i64,
    },
    Release(u32),
    Commit(u32),
    Extend(u32, i64),
    /// Everything that is overdue then, at most so many.
    Expire(i64, u32),
    /// Variant, warehouse, units.
    Set(u32, u32, i64),
    Add(u32, u32, i64),
    /// The product is read and written with another policy of a variant, counted or not.
    Rewrite(u32, StockPolicy, bool),
    Threshold(u32, Option<i64>),
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let (variant, hold, minutes) = (|| 1..=3u32, || 0..24u32, || 1..20i64);
    let policy = || prop_oneof![3 => Just(StockPolicy::Deny), 2 => Just(StockPolicy::Backorder)];
    let reserve = (0..2u32, vec((variant(), 1..7i64), 1..4), minutes());
    prop_oneof![
        8 => reserve.prop_map(|(channel, lines, minutes)| Op::Reserve { channel, lines, minutes }),
        3 => hold().prop_map(Op::Release),
        3 => hold().prop_map(Op::Commit),
        1 => (hold(), minutes()).prop_map(|(hold, minutes)| Op::Extend(hold, minutes)),
        2 => (minutes(), 1..4u32).prop_map(|(minutes, limit)| Op::Expire(minutes, limit)),
        2 => (variant(), 0..3u32, -2..15i64).prop_map(|(variant, warehouse, units)| Op::Set(variant, warehouse, units)),
        2 => (variant(), 0..3u32, -4..9i64).prop_map(|(variant, warehouse, units)| Op::Add(variant, warehouse, units)),
        2 => (variant(), policy(), prop::bool::weighted(0.8)).prop_map(|(n, policy, tracked)| Op::Rewrite(n, policy, tracked)),
        1 => (variant(), option::of(0..12i64)).prop_map(|(variant, threshold)| Op::Threshold(variant, threshold)),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Active,
    Committed,
    Released,
    Expired,
}

#[derive(Debug)]
struct Promise {
    state: Held,
    minutes: i64,
    /// As (variant, warehouse, units).
    parts: Vec<(u32, Option<u32>, i64)>,
}

#[derive(Clone, Copy, Debug)]
struct Variant {
    policy: StockPolicy,
    tracked: bool,
    threshold: i64,
}

#[derive(Debug)]
pub(crate) struct Model {
    /// On hand and promised, by variant and warehouse.
    levels: BTreeMap<(u32, u32), (i64, i64)>,
    variants: BTreeMap<u32, Variant>,
    holds: BTreeMap<u32, Promise>,
}

/// Where the channels sell from.
fn warehouses(channel: u32) -> [u32; 2] {
    [channel, channel + 1]
}

impl Model {
    pub(crate) fn new(on_hand: &[&[i64]]) -> Self {
        let level = |(variant, units): (u32, &&[i64])| {
            (0..).zip(units.to_vec()).map(move |(warehouse, on_hand)| ((variant, warehouse), (on_hand, 0)))
        };
        let plain = Variant { policy: StockPolicy::Deny, tracked: true, threshold: 5 };
        Self {
            levels: (1..).zip(on_hand).flat_map(level).collect(),
            variants: VARIANTS.map(|number| (number, plain)).collect(),
            holds: BTreeMap::new(),
        }
    }

    pub(crate) fn levels(&self) -> Vec<String> {
        self.levels.values().map(|(on_hand, reserved)| format!("{on_hand}/{reserved}")).collect()
    }

    fn available(&self, variant: u32, warehouse: u32) -> i64 {
        self.levels.get(&(variant, warehouse)).map_or(0, |(on_hand, reserved)| on_hand - reserved)
    }

    fn in_channel(&self, variant: u32, channel: u32) -> i64 {
        warehouses(channel).into_iter().map(|warehouse| self.available(variant, warehouse)).sum()
    }

    pub(crate) fn cards(&self) -> Vec<String> {
        let class = |(number, variant): (&u32, &Variant), channel| {
            let available = self.in_channel(*number, channel);
            match (variant.tracked, available, variant.policy) {
                (false, ..) => 3,
                (true, n, _) if n > variant.threshold => 3,
                (true, 1.., _) => 2,
                (true, _, StockPolicy::Backorder) => 1,
                (true, _, StockPolicy::Deny) => 0,
            }
        };
        let card = |channel| self.variants.iter().map(|it| class(it, channel)).max().unwrap().to_string();
        (0..2).map(card).collect()
    }

    /// Lines of the same variant together.
    fn wanted(lines: &[Line]) -> BTreeMap<u32, i64> {
        let mut wanted = BTreeMap::new();
        for line in lines {
            let number = VARIANTS.into_iter().find(|n| variant_id(0, *n) == line.variant_id).unwrap();
            *wanted.entry(number).or_default() += line.quantity;
        }
        wanted
    }

    fn can_be_served(&self, channel: u32, variant: u32, units: i64) -> bool {
        let Variant { policy, tracked, .. } = self.variants[&variant];
        !tracked || policy == StockPolicy::Backorder || self.in_channel(variant, channel) >= units
    }

    /// Checks that the parts are a right way to serve the lines, and takes them.
    pub(crate) fn held(
        &mut self,
        number: u32,
        channel: u32,
        minutes: i64,
        lines: &[Line],
        parts: &[(u32, Option<u32>, i64, i64)],
    ) {
        let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
        let mut backordered: HashMap<u32, i64> = HashMap::new();
        for (variant, warehouse, units, missing) in parts.iter().copied() {
            *sums.entry(variant).or_default() += units;
            let Some(warehouse) = warehouse else {
                assert!(!self.variants[&variant].tracked && missing == 0);
                continue;
            };
            let Variant { policy, tracked, .. } = self.variants[&variant];
            let there = self.available(variant, warehouse).max(0);
            assert!(tracked && warehouses(channel).contains(&warehouse));
            assert!(units - missing <= there && (missing == 0 || policy == StockPolicy::Backorder), "{parts:?}");
            *backordered.entry(variant).or_default() += missing;
        }
        let wanted = Self::wanted(lines);
        assert_eq!(sums, wanted);
        for (variant, units) in wanted {
            assert!(self.can_be_served(channel, variant, units), "{parts:?}");
            let there: i64 = warehouses(channel).iter().map(|at| self.available(variant, *at).max(0)).sum();
            let missing = backordered.get(&variant).copied().unwrap_or(0);
            assert!(missing == 0 || missing == units - there, "no more is backordered than is missing: {parts:?}");
        }
        let parts: Vec<_> = parts.iter().map(|(variant, warehouse, units, _)| (*variant, *warehouse, *units)).collect();
        for (variant, warehouse, units) in &parts {
            if let Some(warehouse) = warehouse {
                self.levels.entry((*variant, *warehouse)).or_default().1 += units;
            }
        }
        self.holds.insert(number, Promise { state: Held::Active, minutes, parts });
    }

    pub(crate) fn refused(&self, channel: u32, lines: &[Line], shortages: &[Shortage]) {
        let wanted = Self::wanted(lines);
        let short = |variant: u32, units: i64| !self.can_be_served(channel, variant, units);
        let expected: Vec<_> = (0..)
            .zip(lines)
            .filter_map(|(index, line): (usize, &Line)| {
                let (variant, units) =
                    wanted.iter().find(|(number, _)| variant_id(0, **number) == line.variant_id).unwrap();
                let available = self.in_channel(*variant, channel).max(0);
                short(*variant, *units).then_some((index, *units, available))
            })
            .collect();
        let told: Vec<_> = shortages.iter().map(|it| (it.line, it.requested, it.available)).collect();
        assert_eq!(told, expected);
        assert!(!told.is_empty());
    }

    /// What the hold was before.
    pub(crate) fn end(&mut self, number: u32, state: Held) -> Option<Held> {
        let promise = self.holds.get_mut(&number)?;
        let before = promise.state;
        if before == Held::Active {
            promise.state = state;
            for (variant, warehouse, units) in &promise.parts {
                let Some(warehouse) = warehouse else { continue };
                let level = self.levels.get_mut(&(*variant, *warehouse)).unwrap();
                level.1 -= units;
                level.0 -= if state == Held::Committed { *units } else { 0 };
            }
        }
        Some(before)
    }

    pub(crate) fn extend(&mut self, number: u32, minutes: i64) -> Option<Held> {
        let promise = self.holds.get_mut(&number)?;
        promise.minutes = promise.minutes.max(minutes);
        Some(promise.state)
    }

    pub(crate) fn expire(&mut self, minutes: i64, limit: u32) -> Vec<u32> {
        let overdue = self.holds.iter().filter(|(_, it)| it.state == Held::Active && it.minutes <= minutes);
        let mut overdue: Vec<(i64, u32)> = overdue.map(|(number, it)| (it.minutes, *number)).collect();
        overdue.sort_unstable();
        overdue.truncate(limit as usize);
        let ids: Vec<u32> = overdue.into_iter().map(|(_, number)| number).collect();
        ids.iter().for_each(|number| assert_eq!(self.end(*number, Held::Expired), Some(Held::Active)));
        ids
    }

    pub(crate) fn set(&mut self, variant: u32, warehouse: u32, units: i64) {
        self.levels.entry((variant, warehouse)).or_default().0 = units;
    }

    pub(crate) fn add(&mut self, variant: u32, warehouse: u32, units: i64) {
        self.levels.entry((variant, warehouse)).or_default().0 += units;
    }

    pub(crate) fn rewrite(&mut self, number: u32, policy: StockPolicy, tracked: bool) {
        let variant = self.variants.get_mut(&number).unwrap();
        (variant.policy, variant.tracked) = (policy, tracked);
    }

    pub(crate) fn threshold(&mut self, number: u32, threshold: Option<i64>) {
        self.variants.get_mut(&number).unwrap().threshold = threshold.unwrap_or(5);
    }
}

#[test]
fn the_numbers_of_warehouses_are_those_of_the_world() {
    // The model's channel n sells from n and n + 1.
    let of = |channel: usize| crate::world::channels()[channel].warehouse_ids.clone();
    for channel in 0..2 {
        assert_eq!(of(channel), warehouses(channel as u32).map(warehouse_id));
    }
}
