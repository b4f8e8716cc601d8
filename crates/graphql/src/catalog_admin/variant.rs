//! Variants as staff see them.
use super::product::channel;
use crate::{
    channel::Channel,
    execution::direct,
    money::Money,
    policy::{CacheControl, Decision, Governed as _, governed},
    variant::SelectedOption,
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use std::sync::Arc;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    product::{self, Product},
    stock, variant,
};

/// What happens when nothing of a variant is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StockPolicy {
    /// It is not sold.
    Deny,
    /// It is sold on, and delivered later.
    Backorder,
}

impl From<StockPolicy> for stock::StockPolicy {
    fn from(policy: StockPolicy) -> Self {
        match policy {
            StockPolicy::Deny => Self::Deny,
            StockPolicy::Backorder => Self::Backorder,
        }
    }
}

/// How the text of an attribute is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AttributeKind {
    /// Any text.
    Text,
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An absolute address.
    Url,
    /// JSON.
    Json,
    /// Values with `; ` between.
    List,
}

impl From<AttributeKind> for product::AttributeKind {
    fn from(kind: AttributeKind) -> Self {
        match kind {
            AttributeKind::Text => Self::Text,
            AttributeKind::Number => Self::Number,
            AttributeKind::Boolean => Self::Boolean,
            AttributeKind::Url => Self::Url,
            AttributeKind::Json => Self::Json,
            AttributeKind::List => Self::List,
        }
    }
}

impl From<product::AttributeKind> for AttributeKind {
    fn from(kind: product::AttributeKind) -> Self {
        match kind {
            product::AttributeKind::Text => Self::Text,
            product::AttributeKind::Number => Self::Number,
            product::AttributeKind::Boolean => Self::Boolean,
            product::AttributeKind::Url => Self::Url,
            product::AttributeKind::Json => Self::Json,
            product::AttributeKind::List => Self::List,
        }
    }
}

/// A metafield of a product or a variant.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ManagedAttribute::DECISION))]
pub struct ManagedAttribute {
    /// `custom`.
    pub namespace: String,
    /// Unique in its namespace.
    pub key: String,
    /// What people read.
    pub label: String,
    /// How the value is to be read.
    pub kind: AttributeKind,
    /// As text.
    pub value: String,
}

impl ManagedAttribute {
    pub(super) fn of(attribute: &product::Attribute) -> Self {
        let product::Attribute { namespace, key, label, kind, value } = attribute.clone();
        Self { namespace, key, label, kind: kind.into(), value }
    }
}

/// What a variant costs in a channel.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ManagedPrice::DECISION))]
pub struct ManagedPrice {
    /// Where.
    pub channel: Channel,
    /// What the shopper pays.
    pub amount: Money,
    /// The struck-through price.
    pub compare_at: Option<Money>,
}

/// A variant with its prices in all channels, as staff see it.
#[derive(Clone)]
pub struct ManagedVariant {
    product: Arc<Product>,
    place: usize,
}

impl ManagedVariant {
    /// The variant at a place of the product, which there is.
    pub(super) fn of(product: &Arc<Product>, place: usize) -> Self {
        Self { product: Arc::clone(product), place }
    }

    fn row(&self) -> &variant::Variant {
        // Made for places that there are, of an aggregate that nobody changes.
        &self.product.variants[self.place]
    }
}

/// A variant with its prices in all channels, as staff see it.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ManagedVariant::DECISION))]
impl ManagedVariant {
    /// Id of the variant, as shoppers see it.
    async fn variant_id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::ProductVariant, self.row().id))
    }
    /// Its option values, or `Default Title`.
    async fn title(&self) -> String {
        self.row().title()
    }
    /// Stock keeping unit.
    async fn sku(&self) -> Option<&str> {
        self.row().sku.as_deref()
    }
    /// GTIN, EAN, UPC or ISBN.
    async fn barcode(&self) -> Option<&str> {
        self.row().barcode.as_deref()
    }
    /// A value of each option of the product.
    async fn selected_options(&self) -> Vec<SelectedOption> {
        let pairs = self.product.options.iter().zip(&self.row().option_values);
        pairs.map(|(option, value)| SelectedOption { name: option.name.clone(), value: value.clone() }).collect()
    }
    /// Grams.
    async fn weight_grams(&self) -> Option<i64> {
        self.row().weight_grams
    }
    /// What happens when nothing is left.
    async fn policy(&self) -> StockPolicy {
        match self.row().policy {
            stock::StockPolicy::Deny => StockPolicy::Deny,
            stock::StockPolicy::Backorder => StockPolicy::Backorder,
        }
    }
    /// Whether its stock is counted. How much there is, `managedStock` tells.
    async fn tracked(&self) -> bool {
        self.row().tracked
    }
    /// Id of its own picture, one of the product's.
    async fn media_id(&self) -> Option<ID> {
        self.row().media_id.map(|id| ID(GlobalId::encode(NodeKind::Media, id)))
    }
    /// In every channel where it has one.
    async fn prices(&self, ctx: &Context<'_>) -> Vec<ManagedPrice> {
        let price = |price: &variant::Price| {
            let channel = channel(ctx, price.channel_id)?;
            let money = |minor| Money::new(minor, channel.0.currency);
            let (amount, compare_at) = (money(price.amount), price.compare_at.map(money));
            Some(ManagedPrice { channel, amount, compare_at })
        };
        self.row().prices.iter().filter_map(price).collect()
    }
    /// Metafields.
    async fn attributes(&self) -> Vec<ManagedAttribute> {
        self.row().attributes.iter().map(ManagedAttribute::of).collect()
    }
}

direct!(ManagedAttribute {});
direct!(ManagedPrice {});
direct!(ManagedVariant {});
governed! {
    Decision::Never => ManagedAttribute, ManagedPrice, ManagedVariant;
}
