//! Payments.
use super::bill::currency;
use crate::{
    execution::direct,
    loaders::{batch, shared},
    money::Money,
    policy::{CacheControl, Decision, Governed as _, governed},
    words::word_enums,
};
use async_graphql::{Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_commerce::payments::NextAction;
use tradewind_domain::{
    payment::{Payment as State, PaymentStage, PaymentStatus as Status},
    word::Word as _,
};
use tradewind_persistence::read::order_parts::{PaymentRow, payments_by_checkouts};
use uuid::Uuid;

batch!(
    /// Payments of checkouts.
    PaymentsOf, "payments", Uuid => Arc<Vec<PaymentRow>>, |list| list.len(),
    |source, keys| Ok(shared(payments_by_checkouts(&source.db, keys).await?))
);

word_enums! {
    /// How far a payment has come.
    PaymentStatus = Status;
}

/// What the shopper must do before a payment goes on.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct PaymentAction {
    /// A page of the bank, to go to.
    redirect_url: Option<String>,
    /// For the gateway's own script in the browser.
    client_secret: Option<String>,
}

impl From<NextAction> for PaymentAction {
    fn from(NextAction { redirect_url, client_secret }: NextAction) -> Self {
        Self { redirect_url, client_secret }
    }
}

/// A payment.
pub struct Payment {
    pub(crate) row: PaymentRow,
    pub(crate) currency: String,
}

impl Payment {
    fn status_now(&self) -> Status {
        let row = &self.row;
        let stage = PaymentStage::parse(&row.stage).unwrap_or(PaymentStage::Pending);
        let new = State::new(row.id, row.asked);
        State { stage, authorised: row.authorised, captured: row.captured, refunded: row.refunded, ..new }.status()
    }

    fn money(&self, minor: i64) -> Result<Money> {
        Ok(Money::new(minor, currency(&self.currency)?))
    }
}

/// A payment.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Payment::DECISION))]
impl Payment {
    /// Who moves the money.
    async fn gateway(&self) -> &str {
        &self.row.gateway
    }
    /// How far it has come.
    async fn status(&self) -> PaymentStatus {
        PaymentStatus(self.status_now())
    }
    /// What was asked for.
    async fn amount(&self) -> Result<Money> {
        self.money(self.row.asked)
    }
    /// What the shop has.
    async fn captured(&self) -> Result<Money> {
        self.money(self.row.captured)
    }
    /// What the shop has given back.
    async fn refunded(&self) -> Result<Money> {
        self.money(self.row.refunded)
    }
    /// Why it was declined.
    async fn failure(&self) -> Option<&str> {
        self.row.failure.as_deref()
    }
    /// When it began.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
}

direct!(PaymentAction {});
direct!(Payment {});
governed! {
    Decision::Never => Payment, PaymentAction;
}
