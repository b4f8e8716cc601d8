//! What must hold after a round.
use super::Kind;
use crate::{
    buying::{PRICE, Stock},
    gateway::Intent,
};

/// What was wanted, and what buyers were told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) kind: Kind,
    pub(super) buyers: usize,
    /// Orders that are possible.
    pub(super) items: i64,
    /// Orders that buyers know of.
    pub(super) told: usize,
}

impl Asked {
    /// Everything that is wrong. `stocks`: of each item the units that there were, and what became of them.
    pub(super) fn judge(&self, stocks: &[(i64, Stock)], intents: &[Intent]) -> Vec<String> {
        let mut wrong: Vec<String> = stocks.iter().flat_map(|(units, stock)| judge_units(*units, stock)).collect();
        for (_, stock) in stocks {
            wrong.extend(self.judge_orders(stock.orders));
            if self.kind == Kind::Expiry {
                let kept = intents.iter().filter(|intent| intent.kept() > 0).count();
                if i64::try_from(kept) != Ok(stock.orders) {
                    wrong.push(format!("{kept} payments were kept for {} orders", stock.orders));
                }
            }
        }
        let is_whole = |intent: &&Intent| {
            intent.held == 0 && (intent.kept() == 0 || intent.kept() == PRICE) && intent.charges <= 1
        };
        let parts = intents.iter().filter(|intent| !is_whole(intent));
        wrong.extend(parts.map(|intent| format!("a payment is neither taken nor given back: {intent:?}")));
        wrong
    }

    fn judge_orders(&self, orders: i64) -> Vec<String> {
        let Self { kind, buyers, items, told } = *self;
        let most = items.min(i64::try_from(buyers).unwrap_or(i64::MAX));
        let told = i64::try_from(told).unwrap_or(i64::MAX);
        let is_expiry = kind == Kind::Expiry;
        let mut wrong = Vec::new();
        // Who holds something and comes too late leaves it unsold; nobody may sell more.
        if orders > most || (orders < most && !is_expiry) {
            wrong.push(format!("{orders} orders instead of {most}"));
        }
        // Where a hold ends while it is paid, there may be an order that its buyer had no answer about.
        if told > orders || (told < orders && !is_expiry) {
            wrong.push(format!("{told} buyers know of an order, and there are {orders}"));
        }
        wrong
    }
}

fn judge_units(units: i64, stock: &Stock) -> Vec<String> {
    let Stock { on_hand, reserved, sold, promised, shipped, returned, .. } = *stock;
    let mut wrong = Vec::new();
    if reserved != 0 {
        wrong.push(format!("{reserved} units are still reserved"));
    }
    if sold + on_hand != units {
        wrong.push(format!("{sold} sold and {on_hand} on hand of {units}"));
    }
    if shipped != sold {
        wrong.push(format!("{shipped} left, and {sold} are in orders"));
    }
    if promised != shipped + returned {
        wrong.push(format!("{promised} promised, {shipped} left, {returned} came back"));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLD: Stock = Stock { on_hand: 0, reserved: 0, sold: 10, orders: 10, promised: 13, shipped: 10, returned: 3 };

    fn asked(kind: Kind) -> Asked {
        Asked { kind, buyers: 50, items: 10, told: 10 }
    }

    fn paid() -> Vec<Intent> {
        let intent = Intent { captured: PRICE, charges: 1, ..Intent::default() };
        vec![intent; 10]
    }

    fn count(asked: Asked, stock: Stock, intents: &[Intent]) -> usize {
        asked.judge(&[(10, stock)], intents).len()
    }

    #[test]
    fn what_is_exact_is_right() {
        assert_eq!(asked(Kind::Plain).judge(&[(10, SOLD)], &[]), Vec::<String>::new());
        assert_eq!(asked(Kind::Expiry).judge(&[(10, SOLD)], &paid()), Vec::<String>::new());
        let fewer = Stock { on_hand: 2, sold: 8, orders: 8, shipped: 8, returned: 5, ..SOLD };
        assert_eq!(count(Asked { told: 7, ..asked(Kind::Expiry) }, fewer, &paid()[..8]), 0, "some came too late");
        assert_eq!(count(Asked { told: 8, ..asked(Kind::Plain) }, fewer, &[]), 1, "and here none can");
    }

    #[test]
    fn each_thing_that_is_wrong_is_found() {
        let wrong = |stock| count(asked(Kind::Plain), stock, &[]);
        assert_eq!(wrong(Stock { reserved: 1, ..SOLD }), 1);
        assert_eq!(wrong(Stock { on_hand: 1, ..SOLD }), 1);
        assert_eq!(wrong(Stock { promised: 14, ..SOLD }), 1);
        assert_eq!(wrong(Stock { shipped: 9, returned: 4, ..SOLD }), 1);
        assert_eq!(wrong(Stock { orders: 11, ..SOLD }), 2, "one too many, and one that nobody knows of");
        assert_eq!(count(Asked { told: 11, ..asked(Kind::Expiry) }, SOLD, &paid()), 1);
        assert_eq!(count(asked(Kind::Expiry), SOLD, &paid()[..9]), 1, "an order without its payment");
        let odd = |intent: Intent| count(asked(Kind::Expiry), SOLD, &[paid(), vec![intent]].concat());
        assert_eq!(odd(Intent { held: PRICE, charges: 1, ..Intent::default() }), 1);
        assert_eq!(odd(Intent { captured: PRICE, refunded: PRICE, charges: 1, ..Intent::default() }), 0);
        assert_eq!(odd(Intent { captured: PRICE, refunded: 40, charges: 1, ..Intent::default() }), 2);
        assert_eq!(odd(Intent { charges: 2, ..Intent::default() }), 1);
    }
}
