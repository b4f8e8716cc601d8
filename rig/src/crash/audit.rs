//! Whether database and gateway fit together, once nothing is under way any more.
use crate::{
    Failure,
    buying::{Goods, differences, stock},
    gateway::Intent,
};
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::{Client, Row};

/// Every payment.
const PAYMENTS: &str = "
SELECT p.id::text, c.id::text, p.captured, p.refunded, p.stage
FROM payments p JOIN checkouts c ON c.id = p.checkout_id";

const ORDERS: &str = "
SELECT o.number, o.stage, o.total, o.captured, o.refunded, c.id::text, c.cart_id::text, coalesce(c.paid_by::text, '')
FROM orders o JOIN checkouts c ON c.id = o.checkout_id";

#[derive(Clone, Debug)]
struct Payment {
    id: String,
    checkout: String,
    captured: i64,
    refunded: i64,
    stage: String,
}

#[derive(Clone, Debug)]
struct Order {
    number: i64,
    stage: String,
    total: i64,
    captured: i64,
    refunded: i64,
    checkout: String,
    cart: String,
    paid_by: String,
}

/// What the shop has altogether.
pub(super) struct Books {
    payments: Vec<Payment>,
    orders: Vec<Order>,
}

fn payment(row: &Row) -> Result<Payment, tokio_postgres::Error> {
    Ok(Payment {
        id: row.try_get(0)?,
        checkout: row.try_get(1)?,
        captured: row.try_get(2)?,
        refunded: row.try_get(3)?,
        stage: row.try_get(4)?,
    })
}

fn order(row: &Row) -> Result<Order, tokio_postgres::Error> {
    Ok(Order {
        number: row.try_get(0)?,
        stage: row.try_get(1)?,
        total: row.try_get(2)?,
        captured: row.try_get(3)?,
        refunded: row.try_get(4)?,
        checkout: row.try_get(5)?,
        cart: row.try_get(6)?,
        paid_by: row.try_get(7)?,
    })
}

impl Books {
    pub(super) async fn read(client: &Client) -> Result<Self, Failure> {
        let payments = client.query(PAYMENTS, &[]).await?;
        let orders = client.query(ORDERS, &[]).await?;
        Ok(Self {
            payments: payments.iter().map(payment).collect::<Result<_, _>>()?,
            orders: orders.iter().map(order).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn orders(&self) -> usize {
        self.orders.len()
    }

    /// Everything that is wrong with the money.
    pub(super) fn judge(&self, intents: &[Intent], told: &BTreeSet<i64>) -> Vec<String> {
        let mut wrong = Vec::new();
        let payments: BTreeMap<&str, &Payment> = self.payments.iter().map(|it| (it.id.as_str(), it)).collect();
        let orders: BTreeMap<&str, &Order> = self.orders.iter().map(|it| (it.paid_by.as_str(), it)).collect();
        let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
        for intent in intents {
            let payment = payments.get(intent.payment_id.as_str());
            wrong.extend(judge_intent(intent, payment.copied(), orders.get(intent.payment_id.as_str()).copied()));
            if let Some(payment) = payment.filter(|_| intent.kept() > 0) {
                *kept.entry(payment.checkout.as_str()).or_default() += 1;
            }
        }
        let twice = kept.into_iter().filter(|(_, count)| *count > 1);
        wrong.extend(twice.map(|(checkout, count)| format!("checkout {checkout} was paid {count} times")));
        wrong.extend(self.judge_orders(intents, told));
        wrong
    }

    fn judge_orders(&self, intents: &[Intent], told: &BTreeSet<i64>) -> Vec<String> {
        let mut wrong = Vec::new();
        let by_payment: BTreeMap<&str, &Intent> = intents.iter().map(|it| (it.payment_id.as_str(), it)).collect();
        let (mut checkouts, mut carts) = (BTreeSet::new(), BTreeSet::new());
        for order in &self.orders {
            let Order { number, stage, total, captured, refunded, .. } = order;
            if !checkouts.insert(&order.checkout) || !carts.insert(&order.cart) {
                wrong.push(format!("order {number} is the second one of its checkout or cart"));
            }
            let kept = by_payment.get(order.paid_by.as_str()).map_or(0, |intent| intent.kept());
            let wanted = match stage.as_str() {
                "placed" => Some(*total),
                "cancelled" => Some(0),
                _ => None,
            };
            if wanted != Some(kept) || captured - refunded != kept {
                wrong.push(format!(
                    "order {number} of {total} is {stage} with {captured} taken and {refunded} given back, and the gateway has {kept}"
                ));
            }
        }
        let known: BTreeSet<i64> = self.orders.iter().map(|order| order.number).collect();
        wrong.extend(
            told.difference(&known).map(|number| format!("a shopper was told of an order {number}: there is none")),
        );
        wrong
    }
}

fn judge_intent(intent: &Intent, payment: Option<&Payment>, order: Option<&Order>) -> Vec<String> {
    let mut wrong = Vec::new();
    if intent.charges > 1 {
        wrong.push(format!("charged {} times: {intent:?}", intent.charges));
    }
    if intent.held > 0 {
        wrong.push(format!("held for ever: {intent:?}"));
    }
    if intent.kept() > 0 && order.is_none() {
        wrong.push(format!("kept without an order: {intent:?}"));
    }
    match payment {
        None if intent.charges > 0 => wrong.push(format!("the shop has no such payment: {intent:?}")),
        Some(payment) if (payment.captured, payment.refunded) != (intent.captured, intent.refunded) => {
            wrong.push(format!(
                "payment {} is {} with {} taken and {} given back, and the gateway says {intent:?}",
                payment.id, payment.stage, payment.captured, payment.refunded
            ));
        }
        _ => {}
    }
    wrong
}

/// Everything that is wrong with the stock.
pub(super) async fn judge_stock(client: &Client, goods: &Goods) -> Result<Vec<String>, Failure> {
    let mut wrong = differences(client).await?;
    let stock = stock(client, goods).await?;
    if stock.reserved != 0 {
        wrong.push(format!("{} units are still reserved", stock.reserved));
    }
    if stock.on_hand + stock.sold != goods.units {
        wrong.push(format!("{} sold and {} on hand of {}", stock.sold, stock.on_hand, goods.units));
    }
    if stock.promised != stock.shipped + stock.returned {
        let (promised, shipped, returned) = (stock.promised, stock.shipped, stock.returned);
        wrong.push(format!("{promised} promised, {shipped} left, {returned} came back"));
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(kept: i64) -> Intent {
        Intent { payment_id: "p".to_owned(), captured: 100, refunded: 100 - kept, charges: 1, ..Intent::default() }
    }

    fn books(stage: &str, refunded: i64) -> Books {
        let order = Order {
            number: 1001,
            stage: stage.to_owned(),
            total: 100,
            captured: 100,
            refunded,
            checkout: "c".to_owned(),
            cart: "cart".to_owned(),
            paid_by: "p".to_owned(),
        };
        let [id, checkout, stage] = ["p", "c", "captured"].map(str::to_owned);
        Books { payments: vec![Payment { id, checkout, captured: 100, refunded, stage }], orders: vec![order] }
    }

    fn wrong(books: &Books, intents: &[Intent]) -> usize {
        books.judge(intents, &BTreeSet::from([1001])).len()
    }

    #[test]
    fn what_fits_together_is_right() {
        assert_eq!(wrong(&books("placed", 0), &[intent(100)]), 0);
        assert_eq!(wrong(&books("cancelled", 100), &[intent(0)]), 0);
        // Prepared right before a crash, and never paid.
        assert_eq!(wrong(&books("placed", 0), &[intent(100), Intent::default()]), 0);
    }

    #[test]
    fn each_thing_that_is_wrong_is_found() {
        let none = Books { payments: Vec::new(), orders: Vec::new() };
        assert_eq!(none.judge(&[], &BTreeSet::from([1001])).len(), 1, "an order that is not there");
        assert_eq!(none.judge(&[intent(100)], &BTreeSet::new()).len(), 2, "kept, and the shop does not know of it");
        let mut lost = books("placed", 0);
        lost.orders.clear();
        assert_eq!(lost.judge(&[intent(100)], &BTreeSet::new()).len(), 1, "kept without an order");
        assert_eq!(wrong(&books("placed", 0), &[intent(0)]), 2, "given back, and the shop does not know");
        assert_eq!(wrong(&books("placed", 100), &[intent(0)]), 1, "an order for nothing");
        assert_eq!(wrong(&books("cancelling", 0), &[intent(100)]), 1, "it never ends");
        assert_eq!(wrong(&books("placed", 0), &[Intent { charges: 2, ..intent(100) }]), 1);
        let held = Intent { held: 100, captured: 0, refunded: 0, ..intent(100) };
        assert!(wrong(&books("placed", 0), &[held]) >= 1);
        let mut twice = books("placed", 0);
        let [id, checkout, stage] = ["q", "c", "captured"].map(str::to_owned);
        twice.payments.push(Payment { id, checkout, captured: 100, refunded: 0, stage });
        let second = Intent { payment_id: "q".to_owned(), ..intent(100) };
        assert_eq!(wrong(&twice, &[intent(100), second]), 2, "paid twice, once without an order");
        let mut orders = books("placed", 0);
        orders.orders.push(orders.orders[0].clone());
        assert_eq!(wrong(&orders, &[intent(100)]), 1, "two orders of one checkout");
    }
}
