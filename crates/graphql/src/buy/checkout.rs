//! Checkouts.
use super::{
    address::PostalAddress,
    bill::{Bill, BillLine},
    order::Order,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_commerce::{account::Token, checkout::Quote};
use tradewind_domain::{
    checkout::CheckoutState,
    global_id::{GlobalId, NodeKind},
};
use tradewind_persistence::{
    DbError,
    read::order::orders_by_checkouts,
    write::{Checkout as Stored, checkout_by_token},
};

/// How far a checkout has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CheckoutStatus {
    /// It holds nothing: change it, and it is held anew.
    Open,
    /// Goods and prices are held.
    Held,
    /// It is being paid.
    Paying,
    /// There is an order.
    Completed,
    /// The time is over, and the goods are sold to others.
    Expired,
    /// It was given up.
    Cancelled,
}

/// A checkout: goods and prices that are held for a while.
#[derive(Clone)]
pub struct Checkout {
    stored: Arc<Stored>,
    bill: Option<Bill>,
}

impl Checkout {
    pub(crate) fn of(stored: Stored) -> Result<Self> {
        let unreadable = |cause: serde_json::Error| database(DbError::Setup(format!("checkouts.quote: {cause}")));
        let quote: Option<Quote> = stored.quote.clone().map(serde_json::from_value).transpose().map_err(unreadable)?;
        Ok(Self { bill: quote.map(Bill::of).transpose()?, stored: Arc::new(stored) })
    }

    pub(crate) async fn load(ctx: &Context<'_>, token: &Token) -> Result<Option<Self>> {
        let stored = checkout_by_token((&ctx.request().db).into(), &token.hash()).await.map_err(database)?;
        stored.map(Self::of).transpose()
    }
}

/// A checkout: goods and prices that are held for a while.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Checkout::DECISION))]
impl Checkout {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Checkout, self.stored.id))
    }
    /// How far it has come.
    async fn status(&self) -> CheckoutStatus {
        match self.stored.state {
            CheckoutState::Open => CheckoutStatus::Open,
            CheckoutState::Held { .. } => CheckoutStatus::Held,
            CheckoutState::Paying { .. } => CheckoutStatus::Paying,
            CheckoutState::Completed { .. } => CheckoutStatus::Completed,
            CheckoutState::Expired => CheckoutStatus::Expired,
            CheckoutState::Cancelled => CheckoutStatus::Cancelled,
        }
    }
    /// Goods and prices are held until then.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.stored.expires_at
    }
    /// Goes up with each change.
    async fn version(&self) -> i64 {
        self.stored.version
    }
    /// Where letters go.
    async fn email(&self) -> Option<&str> {
        self.stored.email.as_deref()
    }
    /// Where the goods go.
    async fn shipping_address(&self) -> Option<PostalAddress> {
        self.stored.shipping_address.as_ref().map(PostalAddress::from)
    }
    /// Where the bill goes; null: the same.
    async fn billing_address(&self) -> Option<PostalAddress> {
        self.stored.billing_address.as_ref().map(PostalAddress::from)
    }
    /// What it costs, as long as it is held; null: it must be worked out again.
    async fn bill(&self) -> Option<Bill> {
        self.bill.clone()
    }
    /// What is bought.
    async fn lines(&self) -> Vec<BillLine> {
        let Some(bill) = &self.bill else { return Vec::new() };
        let line = |line: &_| BillLine { line: Clone::clone(line), currency: bill.currency };
        bill.quote.lines.iter().map(line).collect()
    }
    /// The order that it became.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Order>> {
        if !matches!(self.stored.state, CheckoutState::Completed { .. }) {
            return Ok(None);
        }
        let rows = orders_by_checkouts(&ctx.request().db, vec![self.stored.id]).await.map_err(database)?;
        rows.into_iter().next().map(|row| Order::of(Arc::new(row))).transpose()
    }
}

/// Queries for checkouts.
#[derive(Default)]
pub struct CheckoutQuery;

#[Object(crate = "crate::execution")]
impl CheckoutQuery {
    /// A checkout, by the token that `checkoutStart` gave; null where there is none.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn checkout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whoever has it may go on with the checkout.")] token: String,
    ) -> Result<Option<Checkout>> {
        Checkout::load(ctx, &Token::sent(token)).await
    }
}

direct!(Checkout {});
direct!(CheckoutQuery {});
governed! {
    Decision::Never => Checkout;
    Decision::Part => CheckoutQuery;
}
