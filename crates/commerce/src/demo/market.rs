//! Where the demo shop and a seeded shop sell: two channels and two warehouses. What a shop has already is kept.
use crate::seed::{Kind, row_id};
use tradewind_domain::{channel::Channel, currency::Currency, warehouse::Warehouse};
use tradewind_persistence::write::Shop;

/// The ids of the market do not depend on a seed, so that the demo and every seed share it.
const SEED: u64 = 0;

/// Channels and warehouses to sell in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// Answers requests that name no channel; dollars unless the shop has another default.
    pub default: Channel,
    /// The second channel: `eu`, in euros with tax unless the shop has another `eu`.
    pub europe: Channel,
    /// Where stock lies.
    pub warehouses: [Warehouse; 2],
}

impl Market {
    /// The shop's own default channel, its channel `eu` and its first two warehouses; what is missing is new. Both
    /// channels sell from both warehouses, besides those they have.
    pub fn of(shop: &Shop) -> Self {
        let warehouses = warehouses(shop);
        let with_stock = |mut channel: Channel| {
            channel.warehouse_ids.extend(warehouses.iter().map(|warehouse| warehouse.id));
            channel.warehouse_ids.sort_unstable();
            channel.warehouse_ids.dedup();
            channel
        };
        let own = |new: Channel| {
            shop.channels.iter().find(|old| old.id == new.id || old.code == new.code).cloned().unwrap_or(new)
        };
        let default = shop.default_channel().cloned().unwrap_or_else(|| own(international()));
        // A shop whose default is `eu` has the dollar channel as its second.
        let second = if default.code == europe().code { international() } else { europe() };
        let europe = own(Channel { is_default: false, ..second });
        Self { default: with_stock(Channel { is_default: true, ..default }), europe: with_stock(europe), warehouses }
    }

    /// Both channels, the default first.
    pub fn channels(&self) -> [Channel; 2] {
        [self.default.clone(), self.europe.clone()]
    }
}

fn international() -> Channel {
    Channel {
        id: row_id(SEED, Kind::Channel, 0),
        code: "default".to_owned(),
        name: "International".to_owned(),
        currency: Currency::USD,
        default_locale: "en-US".to_owned(),
        tax_inclusive: false,
        is_default: true,
        warehouse_ids: Vec::new(),
    }
}

fn europe() -> Channel {
    Channel {
        id: row_id(SEED, Kind::Channel, 1),
        code: "eu".to_owned(),
        name: "Europe".to_owned(),
        currency: Currency::EUR,
        default_locale: "en-IE".to_owned(),
        tax_inclusive: true,
        is_default: false,
        warehouse_ids: Vec::new(),
    }
}

/// Ordered by id, so that a second run finds them in the same order.
fn warehouses(shop: &Shop) -> [Warehouse; 2] {
    let new = [("harbor", "Harbor Warehouse", 0), ("hill", "Hill Warehouse", 1)].map(|(code, name, counter)| {
        Warehouse { id: row_id(SEED, Kind::Warehouse, counter), code: code.to_owned(), name: name.to_owned() }
    });
    let is_new = |new: &&Warehouse| shop.warehouses.iter().all(|old| old.code != new.code && old.id != new.id);
    let all: Vec<&Warehouse> = shop.warehouses.iter().chain(new.iter().filter(is_new)).take(2).collect();
    match all[..] {
        [a, b] if a.id <= b.id => [a.clone(), b.clone()],
        [a, b] => [b.clone(), a.clone()],
        // Two new ones have different ids and codes, so there are always two.
        _ => new,
    }
}
