//! What one shopper does while the server dies.
use super::place::Story;
use crate::{
    buying::{Buyer, Goods, PRICE, Step},
    gateway::{Gateway, UNPAYABLE, method},
};
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How often it is asked whether a payment has come to an order.
const ASKED: u32 = 12;
/// Between these.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest time behind the end of a hold at which somebody comes late.
const LATE_MS: u64 = 600;

/// A shopper with a purse.
pub(super) struct Shopper {
    pub(super) buyer: Buyer,
    pub(super) gateway: Arc<Gateway>,
    pub(super) goods: Goods,
    pub(super) hold: Duration,
}

impl Shopper {
    /// The number of the order, as far as they know of one. Whatever they do not get to know, they leave.
    pub(super) async fn live(&self, story: Story) -> Step<Option<i64>> {
        let quantity = if story == Story::Unprepared { u32::try_from(UNPAYABLE / PRICE).unwrap_or(1) } else { 1 };
        let cart = self.buyer.cart(&[self.goods.line(quantity, None)]).await?;
        let token = self.buyer.start(&cart).await?;
        let held = Instant::now();
        self.buyer.update(&token).await?;
        match story {
            Story::Leave => Ok(None),
            Story::Unprepared => self.buyer.pay(&token, "stripe", method::APPROVE).await.map(|_| None),
            Story::Buy | Story::CancelOrder => self.pay(&token, story).await,
            Story::Declined => {
                self.buyer.pay(&token, "stripe", method::DECLINE).await?;
                self.pay(&token, story).await
            }
            Story::Act | Story::ActLate | Story::TakenLate | Story::Cancel => self.act(&token, story, held).await,
        }
    }

    async fn pay(&self, token: &str, story: Story) -> Step<Option<i64>> {
        let paid = self.buyer.pay(token, "stripe", method::APPROVE).await?;
        let done = if number(&paid).is_some() { paid } else { self.complete(token).await? };
        if story == Story::CancelOrder && done["orderToken"].is_string() {
            self.buyer.cancel_order(&done["orderToken"]).await?;
        }
        Ok(number(&done))
    }

    /// `held`: since when the goods are.
    async fn act(&self, token: &str, story: Story, held: Instant) -> Step<Option<i64>> {
        let paid = self.buyer.pay(token, "stripe", method::ACTION).await?;
        let secret = paid["action"]["clientSecret"].as_str().unwrap_or_default();
        let id = secret.trim_end_matches("_secret");
        match story {
            Story::Cancel => self.buyer.cancel(token).await.map(|()| None),
            Story::ActLate | Story::TakenLate => {
                let late = Duration::from_millis(self.buyer.random(|random| random.u64(..=LATE_MS)));
                // Some are a moment too early; when the sweeper was there, the bank does nothing any more.
                let at = self.hold.saturating_sub(Duration::from_millis(LATE_MS / 3)) + late;
                tokio::time::sleep(at.saturating_sub(held.elapsed())).await;
                self.gateway.act(id, story == Story::TakenLate);
                Ok(None)
            }
            _ => {
                self.gateway.act(id, false);
                self.complete(token).await.map(|done| number(&done))
            }
        }
    }

    /// Asks until there is an order, or no hope for one.
    async fn complete(&self, token: &str) -> Step<Value> {
        let mut last = Ok(Value::Null);
        for _ in 0..ASKED {
            last = self.buyer.complete(token).await;
            match &last {
                Ok(done) if number(done).is_some() => return last,
                Err(crate::buying::Refused::Code(code)) if code.ends_with("PAYMENT_PENDING") => {}
                Err(_) => return last,
                Ok(_) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
        last
    }
}

fn number(payload: &Value) -> Option<i64> {
    payload["order"]["number"].as_i64()
}
