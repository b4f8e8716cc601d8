//! What one buyer does.
use super::Kind;
use crate::buying::{Buyer, Cart, Refused, Step};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How often it is asked whether a payment has come to an order.
const ASKED: u32 = 20;
/// Who comes about when their time is over comes so much before or after that, at most.
const ABOUT_MS: u64 = 500;
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(250);

/// A buyer at the checkout.
pub(super) struct Journey<'b> {
    pub(super) buyer: &'b Buyer,
    pub(super) kind: Kind,
    pub(super) hold: Duration,
    /// When all of them began to check out.
    pub(super) began: Instant,
}

impl Journey<'_> {
    /// The number of the order.
    pub(super) async fn buy(&self, cart: &Cart) -> Step<i64> {
        let token = match self.buyer.start(cart).await {
            Err(Refused::Code(_)) if self.kind == Kind::Expiry => {
                self.wait_for_returns().await;
                self.buyer.start(cart).await?
            }
            started => started?,
        };
        let held = Instant::now();
        self.buyer.update(&token).await?;
        if self.kind == Kind::Expiry {
            tokio::time::sleep(self.pause().saturating_sub(held.elapsed())).await;
        }
        let (gateway, method) = self.kind.gateway();
        let paid = self.buyer.pay(&token, gateway, method).await?;
        match number(&paid) {
            Some(number) => Ok(number),
            None => self.complete(&token).await,
        }
    }

    /// From the hold until it is paid: half of them are early, and half come about when their time is over.
    fn pause(&self) -> Duration {
        let hold = u64::try_from(self.hold.as_millis()).unwrap_or(u64::MAX);
        let pause = self.buyer.random(|random| match random.bool() {
            true => random.u64(..=hold / 2),
            false => random.u64(hold.saturating_sub(ABOUT_MS)..=hold + ABOUT_MS),
        });
        Duration::from_millis(pause)
    }

    /// Until others' holds have ended.
    async fn wait_for_returns(&self) {
        let hold = u64::try_from(self.hold.as_millis()).unwrap_or(u64::MAX);
        let at = Duration::from_millis(self.buyer.random(|random| random.u64(hold..=hold * 2)));
        tokio::time::sleep(at.saturating_sub(self.began.elapsed())).await;
    }

    /// Asks until there is an order, or none any more.
    async fn complete(&self, token: &str) -> Step<i64> {
        let mut last = Refused::Broken("neither an order nor a reason".to_owned());
        for _ in 0..ASKED {
            match self.buyer.complete(token).await {
                Ok(completed) => {
                    if let Some(number) = number(&completed) {
                        return Ok(number);
                    }
                }
                Err(Refused::Code(code)) if code.ends_with("PAYMENT_PENDING") => last = Refused::Code(code),
                Err(refused) => return Err(refused),
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(last)
    }
}

fn number(payload: &Value) -> Option<i64> {
    payload["order"]["number"].as_i64()
}
