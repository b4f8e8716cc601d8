//! Working out what a cart costs.
use super::{
    Priced, ShippingAsk, ShippingOption, ShippingRates, TableRates, TaxAsk, TaxRates, basket,
    facts::Facts,
    failed,
    figures::{self, Figures},
};
use crate::checkout::Destination;
use chrono::{DateTime, Utc};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tradewind_domain::{
    cart::{CartWarning, warnings},
    promotion::{BasketShipping, discounts, unknown_code},
    shipping::{Parcel, ShippingQuote},
};
use tradewind_persistence::{
    DbError,
    write::{Conn, STANDARD_TAX, StoredCart},
};

/// Works out what carts cost. Clones share their sources.
#[derive(Clone, Debug)]
pub struct Prices {
    /// What tax is due.
    pub rates: Arc<dyn TaxRates>,
    /// What shipping costs.
    pub shipping: Arc<dyn ShippingRates>,
}

/// The shop's own tables are waited for as long as any statement: the transaction is lost with them.
pub(super) fn patience(is_outside: bool) -> Duration {
    if is_outside { Prices::PATIENCE } else { Duration::MAX }
}

impl Prices {
    /// How long a source may take before the tables stand in.
    pub const PATIENCE: Duration = Duration::from_millis(500);

    /// By the shop's own tables.
    pub fn of_tables() -> Self {
        Self { rates: Arc::new(TableRates), shipping: Arc::new(TableRates) }
    }

    /// What a cart costs where it goes, now. Lines that are not sold any more cost nothing, and are warned of.
    ///
    /// At most seven statements by the tables, for any number of lines: five, and where a place is known one for the
    /// shipping of a cart that is sent and one for taxes.
    pub async fn price(
        &self,
        conn: Conn<'_>,
        cart: &StoredCart,
        destination: &Destination,
        now: DateTime<Utc>,
    ) -> Result<Priced, DbError> {
        let facts = Facts::load(conn, cart, destination, now).await?;
        let mut degraded = Vec::new();
        let parcel = goods(&facts, cart, now)?;
        let quotes = match (&facts.place, &parcel) {
            (Some(place), Some(parcel)) => {
                self.shipping_quotes(conn, &ShippingAsk { place, parcel }, &mut degraded).await?
            }
            _ => Vec::new(),
        };
        let chosen = destination.shipping_method_id.filter(|_| parcel.is_some());
        let method = chosen.and_then(|id| quotes.iter().find(|quote| quote.method_id == id));
        let rates = match &facts.place {
            Some(place) => {
                let categories = categories(&facts, cart, method);
                let ask = TaxAsk { channel_id: cart.channel_id, place, categories: &categories };
                self.tax_rates(conn, &ask, &mut degraded).await?
            }
            None => BTreeMap::new(),
        };
        let shipping = match (method, &parcel) {
            (Some(method), _) => Some(BasketShipping { method_id: method.method_id, price: method.price.minor }),
            (None, Some(_)) => None,
            (None, None) => Some(basket::NOTHING_SENT),
        };
        let basket = basket::basket(&facts, cart, shipping, now);
        let discounts = discounts(&facts.live.promotions, &basket).map_err(failed)?;
        let figures = Figures { facts: &facts, cart, discounts: &discounts, method, rates: &rates, now };
        let quote = figures.quote(parcel.is_some(), degraded)?;
        let mut told = warnings(&cart.cart, &facts.of_variants());
        told.extend(coupons(&facts, cart, &discounts));
        told.extend(figures::cards(&facts, cart, now).1);
        if let (Some(method_id), None, Some(_)) = (chosen, method, &facts.place) {
            told.push(CartWarning::ShippingMethodNotAvailable { method_id });
        }
        Ok(Priced {
            quote,
            line_ids: basket.lines.iter().map(|line| line.id).collect(),
            warnings: told,
            shipping_options: quotes.into_iter().map(option).collect(),
        })
    }
}

/// What is to be sent, which depends on what the goods cost after their discounts.
fn goods(facts: &Facts, cart: &StoredCart, now: DateTime<Utc>) -> Result<Option<Parcel>, DbError> {
    let basket = basket::basket(facts, cart, None, now);
    let discounts = discounts(&facts.live.promotions, &basket).map_err(failed)?;
    let rates = BTreeMap::new();
    let figures = Figures { facts, cart, discounts: &discounts, method: None, rates: &rates, now };
    Ok(basket::parcel(facts, cart, figures.totals()?.goods()))
}

fn categories(facts: &Facts, cart: &StoredCart, method: Option<&ShippingQuote>) -> BTreeSet<String> {
    let sold = facts.sold(cart).into_iter();
    let goods = sold.map(|(_, sold)| sold.tax_category.clone().unwrap_or_else(|| STANDARD_TAX.to_owned()));
    goods.chain(method.map(|method| method.tax_category.clone())).collect()
}

/// Codes that take nothing off, in their order.
fn coupons(facts: &Facts, cart: &StoredCart, discounts: &tradewind_domain::promotion::Discounts) -> Vec<CartWarning> {
    let of_code = |code: &String| {
        let known = facts.live.codes.iter().any(|entered| entered.code == *code);
        let refused = || discounts.refused.iter().find(|refused| refused.code == *code);
        let reason = if known { refused()?.reason.clone() } else { unknown_code(code) };
        Some(CartWarning::CouponNotApplicable { code: code.clone(), reason })
    };
    cart.cart.codes.iter().filter_map(of_code).collect()
}

fn option(quote: ShippingQuote) -> ShippingOption {
    let ShippingQuote { method_id: id, name, price, days_min, days_max, .. } = quote;
    ShippingOption { id, name, price: price.minor, days_min, days_max }
}
