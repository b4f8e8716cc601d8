//! Who says what tax is due and what shipping costs: the shop's tables, or somebody outside.
use futures_util::{FutureExt, future::BoxFuture};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};
use tradewind_domain::{
    shipping::{Parcel, ShippingQuote, quotes},
    tax::TaxRate,
    zone::Place,
};
use tradewind_persistence::{
    DbError,
    write::{Conn, shipping_methods, tax_table},
};
use uuid::Uuid;

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RatesError {
    /// The database failed: the cart cannot be priced.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Somebody outside failed: the tables stand in, and the quote says so.
    #[error("{0}")]
    Outside(String),
}

/// An answer, or none.
pub type RateAnswer<'a, T> = BoxFuture<'a, Result<T, RatesError>>;

/// What is taxed where.
#[derive(Clone, Debug)]
pub struct TaxAsk<'a> {
    /// Where it is sold.
    pub channel_id: Uuid,
    /// Where it goes.
    pub place: &'a Place,
    /// The tax categories of the goods and of the shipping.
    pub categories: &'a BTreeSet<String>,
}

/// Says what tax is due.
///
/// A cart is also priced inside the transaction that starts its checkout, so a source must not wait for a network there: it
/// answers from what it was told before, or fails. After [`PATIENCE`](super::Prices::PATIENCE) nobody listens any more.
pub trait TaxRates: Debug + Send + Sync + 'static {
    /// The rates of each category; one without any has an empty list.
    fn rates<'a>(&'a self, conn: Conn<'a>, ask: &'a TaxAsk<'a>) -> RateAnswer<'a, BTreeMap<String, Vec<TaxRate>>>;

    /// Whether it is somebody outside: only such a one is not waited for.
    fn is_outside(&self) -> bool {
        true
    }
}

/// What is sent where.
#[derive(Clone, Debug)]
pub struct ShippingAsk<'a> {
    /// Where it goes.
    pub place: &'a Place,
    /// What is sent.
    pub parcel: &'a Parcel,
}

/// Says what shipping costs. What [`TaxRates`] says about waiting holds here too.
pub trait ShippingRates: Debug + Send + Sync + 'static {
    /// The methods that may be chosen, as they are to be shown.
    fn quotes<'a>(&'a self, conn: Conn<'a>, ask: &'a ShippingAsk<'a>) -> RateAnswer<'a, Vec<ShippingQuote>>;

    /// Whether it is somebody outside: only such a one is not waited for.
    fn is_outside(&self) -> bool {
        true
    }
}

/// The shop's own tables.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableRates;

impl TaxRates for TableRates {
    fn is_outside(&self) -> bool {
        false
    }

    fn rates<'a>(&'a self, conn: Conn<'a>, ask: &'a TaxAsk<'a>) -> RateAnswer<'a, BTreeMap<String, Vec<TaxRate>>> {
        async move {
            let table = tax_table(conn, ask.place.country()).await?;
            Ok(ask.categories.iter().map(|it| (it.clone(), table.rates(ask.place, it))).collect())
        }
        .boxed()
    }
}

impl ShippingRates for TableRates {
    fn is_outside(&self) -> bool {
        false
    }

    fn quotes<'a>(&'a self, conn: Conn<'a>, ask: &'a ShippingAsk<'a>) -> RateAnswer<'a, Vec<ShippingQuote>> {
        async move {
            let methods = shipping_methods(conn, ask.parcel.currency).await?;
            Ok(quotes(&methods, ask.place, ask.parcel))
        }
        .boxed()
    }
}
