//! A gateway in memory, for development and tests: what happens is chosen by the payment token.
//!
//! | token | what happens |
//! |---|---|
//! | `approve` | the amount is held |
//! | `approve_captured` | the shop has the amount at once |
//! | `decline` | declined |
//! | `action` | the shopper must act: [`TestGateway::act`] |
//! | `delay` | as `approve`, after [`TestGateway::DELAY`] |
//! | `fail` | an error, and nothing was done |
//! | `lost` | the amount is held, and the answer is lost |
//! | `silent` | the amount is held, and there is never an answer |
//! | `partial` | one minor unit less than asked for is held |
//!
//! It keeps every movement by its key, as Stripe does: the same key does nothing twice.
mod account;

use super::{Answer, BadWebhook, Confirm, Create, Failure, GatewayError, MoveMoney, PaymentGateway, Told};
use account::Account;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tradewind_domain::payment::PaymentEvent;

pub use account::Charge;

/// A gateway in memory. Clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct TestGateway(Arc<Mutex<Account>>);

impl TestGateway {
    /// How long `delay` takes.
    pub const DELAY: Duration = Duration::from_millis(200);
    /// What a webhook's signature must be.
    pub const SIGNATURE: &'static str = "test";

    fn account(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shopper does what was asked for, or does not.
    pub fn act(&self, gateway_id: &str, agrees: bool) {
        let event = |amount| if agrees { PaymentEvent::Authorised { amount } } else { PaymentEvent::Failed };
        self.account().act(gateway_id, event);
    }

    /// What is held is taken, by somebody else than us.
    pub fn take(&self, gateway_id: &str) {
        self.account().take(gateway_id);
    }

    /// Something is given back, by somebody else than us.
    pub fn give_back(&self, gateway_id: &str, amount: i64) {
        self.account().give_back(gateway_id, amount);
    }

    /// Every payment that was prepared, in order.
    pub fn charges(&self) -> Vec<Charge> {
        self.account().charges.clone()
    }

    /// The webhook that tells how far a payment has come now.
    pub fn webhook_body(&self, gateway_id: &str) -> Vec<u8> {
        gateway_id.as_bytes().to_vec()
    }

    /// As long as it is down, every call is [`GatewayError::Unknown`] and does nothing.
    pub fn set_down(&self, is_down: bool) {
        self.account().is_down = is_down;
    }
}

fn declined() -> Failure {
    Failure { code: "card_declined".to_owned(), message: "The card was declined.".to_owned() }
}

impl PaymentGateway for TestGateway {
    fn name(&self) -> &'static str {
        "test"
    }

    fn create<'a>(&'a self, create: &'a Create) -> Answer<'a> {
        async { self.account().create(create) }.boxed()
    }

    fn confirm<'a>(&'a self, confirm: &'a Confirm) -> Answer<'a> {
        async {
            let confirmed = |gateway: &Self| gateway.account().confirm(confirm);
            match confirm.method.as_str() {
                "delay" => {
                    tokio::time::sleep(Self::DELAY).await;
                    confirmed(self)
                }
                "fail" => Err(GatewayError::Unknown("the gateway failed".to_owned())),
                "lost" => {
                    confirmed(self)?;
                    Err(GatewayError::Unknown("the answer was lost".to_owned()))
                }
                "silent" => {
                    confirmed(self)?;
                    std::future::pending().await
                }
                _ => confirmed(self),
            }
        }
        .boxed()
    }

    fn capture<'a>(&'a self, capture: &'a MoveMoney) -> Answer<'a> {
        async { self.account().capture(capture) }.boxed()
    }

    fn cancel<'a>(&'a self, gateway_id: &'a str, _: &'a str) -> Answer<'a> {
        async { self.account().cancel(gateway_id) }.boxed()
    }

    fn refund<'a>(&'a self, refund: &'a MoveMoney) -> Answer<'a> {
        async { self.account().refund(refund) }.boxed()
    }

    fn retrieve<'a>(&'a self, gateway_id: &'a str) -> Answer<'a> {
        async { self.account().retrieve(gateway_id) }.boxed()
    }

    fn webhook(&self, signature: &str, body: &[u8], _: DateTime<Utc>) -> Result<Option<Told>, BadWebhook> {
        if signature != Self::SIGNATURE {
            return Err(BadWebhook::Forged);
        }
        let id = std::str::from_utf8(body).map_err(|_| BadWebhook::Unreadable)?;
        Ok(self.account().retrieve(id).ok())
    }
}
