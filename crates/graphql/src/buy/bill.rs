//! What a checkout or an order costs.
use crate::{
    context::Request as _,
    error::{bad_input, database, load},
    execution::direct,
    money::Money,
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Product,
    scalars::Decimal,
    variant::ProductVariant,
};
use async_graphql::{Context, Object, Result, SimpleObject};
use std::sync::Arc;
use tradewind_commerce::checkout::{Quote, QuoteLine};
use tradewind_domain::{currency::Currency, money, tax::TaxMode};
use tradewind_persistence::DbError;

/// The currency of what is stored.
pub(crate) fn currency(code: &str) -> Result<Currency> {
    Currency::parse(code).map_err(|cause| database(DbError::Setup(cause.to_string())))
}

/// An amount that a client gave, in minor units.
pub(crate) fn minor(argument: &str, amount: &Decimal, currency: Currency) -> Result<i64> {
    let money = money::Money::parse(&amount.0, currency);
    money.map(|money| money.minor).map_err(|cause| bad_input(format!("`{argument}`: {cause}")))
}

/// An own text to a text that the shopper gave.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(Attribute::DECISION))]
pub struct Attribute {
    /// What it is about.
    pub(crate) key: String,
    /// What it says.
    pub(crate) value: String,
}

impl Attribute {
    pub(crate) fn of<'a>(pairs: impl IntoIterator<Item = (&'a String, &'a String)>) -> Vec<Self> {
        pairs.into_iter().map(|(key, value)| Self { key: key.clone(), value: value.clone() }).collect()
    }
}

/// A tax, as an invoice lists it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(TaxLine::DECISION))]
pub struct TaxLine {
    /// What the law calls it.
    name: String,
    /// Parts per million of the net amount: 190000 is 19 %.
    rate_ppm: i64,
    /// What it is taken from.
    net: Money,
    /// The tax.
    tax: Money,
}

/// A promotion that takes something off.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(AppliedPromotion::DECISION))]
pub struct AppliedPromotion {
    /// What shoppers read.
    name: String,
    /// The code that was entered; null for one that applies by itself.
    code: Option<String>,
    /// What it takes off.
    amount: Money,
}

/// What a checkout or an order costs. `total` is `subtotal - discount + shipping - shippingDiscount`, and `tax` on top where
/// prices are without tax; `due` is what gift cards leave of it.
#[derive(Clone)]
pub struct Bill {
    pub(crate) quote: Arc<Quote>,
    pub(crate) currency: Currency,
}

impl Bill {
    pub(crate) fn of(quote: Quote) -> Result<Self> {
        Ok(Self { currency: currency(&quote.currency)?, quote: Arc::new(quote) })
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// What a checkout or an order costs. `total` is `subtotal - discount + shipping - shippingDiscount`, and `tax` on top where
/// prices are without tax; `due` is what gift cards leave of it.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Bill::DECISION))]
impl Bill {
    /// Goods, before discounts.
    async fn subtotal(&self) -> Money {
        self.money(self.quote.subtotal)
    }
    /// What promotions take off the goods.
    async fn discount(&self) -> Money {
        self.money(self.quote.discount)
    }
    /// Sending the goods, before discounts.
    async fn shipping(&self) -> Money {
        self.money(self.quote.shipping)
    }
    /// What promotions take off shipping.
    async fn shipping_discount(&self) -> Money {
        self.money(self.quote.shipping_discount)
    }
    /// All taxes.
    async fn tax(&self) -> Money {
        self.money(self.quote.tax)
    }
    /// Whether prices have the tax in them.
    async fn is_tax_included(&self) -> bool {
        self.quote.tax_mode == TaxMode::Inclusive
    }
    /// What it costs.
    async fn total(&self) -> Money {
        self.money(self.quote.total)
    }
    /// What gift cards pay.
    async fn gift_cards(&self) -> Money {
        self.money(self.quote.paid_by_cards())
    }
    /// What is left to pay.
    async fn due(&self) -> Money {
        self.money(self.quote.due)
    }
    /// The taxes, as an invoice lists them.
    async fn taxes(&self) -> Vec<TaxLine> {
        let line = |tax: &tradewind_commerce::checkout::QuoteTax| TaxLine {
            name: tax.name.clone(),
            rate_ppm: i64::from(tax.rate_ppm),
            net: self.money(tax.net),
            tax: self.money(tax.tax),
        };
        self.quote.taxes.iter().map(line).collect()
    }
    /// What promotions take off.
    async fn promotions(&self) -> Vec<AppliedPromotion> {
        let applied = |promotion: &tradewind_commerce::checkout::PromotionUse| AppliedPromotion {
            name: promotion.name.clone(),
            code: promotion.code.clone(),
            amount: self.money(promotion.amount),
        };
        self.quote.promotions.iter().map(applied).collect()
    }
    /// How the goods go; null: not chosen, or nothing is sent.
    async fn shipping_method(&self) -> Option<&str> {
        self.quote.shipping_method.as_ref().map(|method| method.name.as_str())
    }
    /// Something must be sent, so an address is needed and a method.
    async fn needs_shipping(&self) -> bool {
        self.quote.needs_shipping
    }
    /// What stands in for the answer of somebody who was asked and did not answer: `tax_rates`, `shipping_rates`.
    async fn degraded(&self) -> &[String] {
        &self.quote.degraded
    }
    /// A word of the shopper to the shop.
    async fn note(&self) -> &str {
        &self.quote.note
    }
    /// What the storefront noted.
    async fn attributes(&self) -> Vec<Attribute> {
        Attribute::of(&self.quote.attributes)
    }
}

/// Some units of one variant in a quote.
#[derive(Clone)]
pub struct BillLine {
    pub(crate) line: QuoteLine,
    pub(crate) currency: Currency,
}

/// Some units of one variant in a quote.
#[Object(crate = "crate::execution", directive = CacheControl::apply(BillLine::DECISION))]
impl BillLine {
    /// Stock keeping unit.
    async fn sku(&self) -> &str {
        &self.line.sku
    }
    /// Of the product, as it is called at this moment.
    async fn title(&self) -> &str {
        &self.line.title
    }
    /// Of the variant.
    async fn variant_title(&self) -> &str {
        &self.line.variant_title
    }
    /// Units.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.line.quantity).unwrap_or(i32::MAX)
    }
    /// Of one unit.
    async fn unit_price(&self) -> Money {
        Money::new(self.line.unit_price, self.currency)
    }
    /// Of all units, before discounts.
    async fn subtotal(&self) -> Money {
        Money::new(self.line.subtotal, self.currency)
    }
    /// What promotions take off.
    async fn discount(&self) -> Money {
        Money::new(self.line.discount, self.currency)
    }
    /// The tax of the line.
    async fn tax(&self) -> Money {
        Money::new(self.line.tax, self.currency)
    }
    /// With tax, after discounts: what it adds to the total.
    async fn total(&self) -> Money {
        Money::new(self.line.total, self.currency)
    }
    /// What the storefront noted.
    async fn attributes(&self) -> Vec<Attribute> {
        Attribute::of(&self.line.attributes)
    }
    /// The variant, as it is now; null where the channel does not show it any more.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        let row = ctx.request().loaders.variant_by_id().load(self.line.variant_id).await.map_err(load)?;
        Ok(row.map(ProductVariant::single))
    }
    /// The product, as it is now; null where the channel does not show it any more.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        let row = ctx.request().loaders.product_by_id().load(self.line.product_id).await.map_err(load)?;
        Ok(row.map(Product))
    }
}

direct!(Attribute { "key": key, "value": value, });
direct!(TaxLine { "name": name, "net": net, "tax": tax, });
direct!(AppliedPromotion { "name": name, "code": code, "amount": amount, });
direct!(Bill {});
direct!(BillLine {});
governed! {
    Decision::Part => Attribute, TaxLine, AppliedPromotion;
    Decision::Never => Bill, BillLine;
}
