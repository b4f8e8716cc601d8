//! Payment gateways around which the process may end: right before a call, and right behind it.
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use std::sync::Arc;
use tradewind_commerce::payments::{Answer, BadWebhook, Confirm, Create, MoveMoney, PaymentGateway, Told};
use tradewind_persistence::failpoint::reach;

/// The same gateway, with a place before and behind each call.
pub(crate) fn with_failpoints(gateway: Arc<dyn PaymentGateway>) -> Arc<dyn PaymentGateway> {
    Arc::new(Failing(gateway))
}

struct Failing(Arc<dyn PaymentGateway>);

fn around<'a>(what: &'static str, call: Answer<'a>) -> Answer<'a> {
    async move {
        reach(what, "before");
        let answer = call.await;
        reach(what, "after");
        answer
    }
    .boxed()
}

impl PaymentGateway for Failing {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn create<'a>(&'a self, create: &'a Create) -> Answer<'a> {
        around("create", self.0.create(create))
    }

    fn confirm<'a>(&'a self, confirm: &'a Confirm) -> Answer<'a> {
        around("confirm", self.0.confirm(confirm))
    }

    fn capture<'a>(&'a self, capture: &'a MoveMoney) -> Answer<'a> {
        around("capture", self.0.capture(capture))
    }

    fn cancel<'a>(&'a self, gateway_id: &'a str, key: &'a str) -> Answer<'a> {
        around("cancel", self.0.cancel(gateway_id, key))
    }

    fn refund<'a>(&'a self, refund: &'a MoveMoney) -> Answer<'a> {
        around("refund", self.0.refund(refund))
    }

    fn retrieve<'a>(&'a self, gateway_id: &'a str) -> Answer<'a> {
        around("retrieve", self.0.retrieve(gateway_id))
    }

    fn webhook(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<Option<Told>, BadWebhook> {
        self.0.webhook(signature, body, now)
    }
}
