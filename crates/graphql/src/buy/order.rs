//! Orders.
use super::{
    address::PostalAddress,
    bill::{Attribute, Bill, currency},
    checkout_mutations::viewer_customer,
    order_parts::{Fulfilment, OrderReturn, fulfilments, returns},
    payment::Payment,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{database, load},
    execution::direct,
    loaders::{batch, by_id, shared},
    money::Money,
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Product,
    scalars::Json,
    staff::actor_id,
    variant::ProductVariant,
    words::{input_words, word_enums},
};
use async_graphql::{Context, ID, Object, Result, Value};
use chrono::{DateTime, Utc};
use std::{collections::BTreeMap, sync::Arc};
use tradewind_commerce::{orders, staff::Actor};
use tradewind_domain::{
    currency::Currency,
    global_id::{GlobalId, NodeKind},
    order,
    word::Word,
};
use tradewind_persistence::{
    DbError,
    read::order::{OrderHistoryRow, OrderLineRow, OrderRow, history_by_orders, lines_by_orders, orders_by_ids},
};
use uuid::Uuid;

batch!(
    /// Orders.
    OrderById, "order", Uuid => Arc<OrderRow>, |_| 1,
    |source, keys| Ok(by_id(orders_by_ids(&source.db, keys).await?, |row| row.id))
);
batch!(
    /// Lines of orders.
    OrderLinesOf, "orderLines", Uuid => Arc<Vec<OrderLineRow>>, |list| list.len(),
    |source, keys| Ok(shared(lines_by_orders(&source.db, keys).await?))
);
batch!(
    /// What happened to orders.
    HistoryOf, "orderHistory", Uuid => Arc<Vec<OrderHistoryRow>>, |list| list.len(),
    |source, keys| Ok(shared(history_by_orders(&source.db, keys).await?))
);

word_enums! {
    /// How far an order has come.
    OrderStatus = order::OrderStatus;
    /// How far an order is paid.
    OrderPaymentStatus = order::OrderPaymentStatus;
    /// How far the goods of an order have left.
    OrderFulfilmentStatus = order::OrderFulfilmentStatus;
    /// How far goods of an order come back.
    OrderReturnStatus = order::OrderReturnStatus;
}

input_words!(OrderStatus, OrderPaymentStatus, OrderFulfilmentStatus, OrderReturnStatus);

/// What is stored, read as a word of its list.
pub(crate) fn word<W: Word>(text: &str) -> Result<W> {
    W::parse(text).ok_or_else(|| database(DbError::Setup(format!("`{text}` is no word of its list"))))
}

/// An order.
#[derive(Clone)]
pub struct Order {
    row: Arc<OrderRow>,
    bill: Arc<orders::Bill>,
    currency: Currency,
}

impl Order {
    pub(crate) fn of(row: Arc<OrderRow>) -> Result<Self> {
        let unreadable = |cause: serde_json::Error| database(DbError::Setup(format!("orders.bill: {cause}")));
        let bill = Arc::new(serde_json::from_str(&row.bill).map_err(unreadable)?);
        Ok(Self { currency: currency(&row.currency)?, bill, row })
    }

    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let row = ctx.request().loaders.order_by_id().load(id).await.map_err(load)?;
        row.map(Self::of).transpose()
    }

    /// The order, if it is the customer's who asks, or if they are staff who may see all.
    pub(crate) async fn visible(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if ctx.request().may(Grant::OrdersRead) {
            return Self::load(ctx, id).await;
        }
        Self::own(ctx, id).await
    }

    /// The order, if it is the customer's who asks.
    pub(crate) async fn own(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let Some(customer) = viewer_customer(ctx) else { return Ok(None) };
        Ok(Self::load(ctx, id).await?.filter(|order| order.row.customer_id == Some(customer)))
    }

    pub(crate) fn row(&self) -> &OrderRow {
        &self.row
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// An order: what was bought, as it was when it was bought, and what has happened to it since.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Order::DECISION))]
impl Order {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Order, self.row.id))
    }
    /// What people call it.
    async fn number(&self) -> i64 {
        self.row.number
    }
    /// How far it has come.
    async fn status(&self) -> Result<OrderStatus> {
        word(&self.row.status).map(OrderStatus)
    }
    /// How far it is paid.
    async fn payment_status(&self) -> Result<OrderPaymentStatus> {
        word(&self.row.payment_status).map(OrderPaymentStatus)
    }
    /// How far the goods have left.
    async fn fulfilment_status(&self) -> Result<OrderFulfilmentStatus> {
        word(&self.row.fulfilment_status).map(OrderFulfilmentStatus)
    }
    /// How far goods come back.
    async fn return_status(&self) -> Result<OrderReturnStatus> {
        word(&self.row.return_status).map(OrderReturnStatus)
    }
    /// Where letters about it go.
    async fn email(&self) -> &str {
        &self.row.email
    }
    /// For staff: id of the customer who placed it; null of a guest's.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersRead]))]
    async fn customer_id(&self) -> Option<ID> {
        self.row.customer_id.map(|id| ID(GlobalId::encode(NodeKind::Customer, id)))
    }
    /// For staff: id of the channel where it was placed.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersRead]))]
    async fn channel_id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Channel, self.row.channel_id))
    }
    /// When it was placed.
    async fn placed_at(&self) -> DateTime<Utc> {
        self.row.placed_at
    }
    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.row.updated_at
    }
    /// Goes up with each change.
    async fn version(&self) -> i64 {
        self.row.version
    }
    /// What it costs.
    async fn total(&self) -> Money {
        self.money(self.row.total)
    }
    /// What the shop has of it.
    async fn captured(&self) -> Money {
        self.money(self.row.captured)
    }
    /// What the shop has given back.
    async fn refunded(&self) -> Money {
        self.money(self.row.refunded)
    }
    /// All of what it costs.
    async fn bill(&self) -> Result<Bill> {
        Bill::of(self.bill.quote.clone())
    }
    /// Where the goods go; null: nothing is sent.
    async fn shipping_address(&self) -> Option<PostalAddress> {
        self.bill.shipping_address.as_ref().map(PostalAddress::from)
    }
    /// Where the bill goes; null: the same.
    async fn billing_address(&self) -> Option<PostalAddress> {
        self.bill.billing_address.as_ref().map(PostalAddress::from)
    }
    /// What was bought.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLine>> {
        let rows = ctx.request().loaders.order_lines_of().load(self.row.id).await.map_err(load)?.unwrap_or_default();
        Ok(rows.iter().map(|row| OrderLine { row: row.clone(), currency: self.currency }).collect())
    }
    /// Parcels.
    async fn fulfilments(&self, ctx: &Context<'_>) -> Result<Vec<Fulfilment>> {
        fulfilments(ctx, self.row.id).await
    }
    /// Goods that come back.
    async fn returns(&self, ctx: &Context<'_>) -> Result<Vec<OrderReturn>> {
        returns(ctx, self.row.id).await
    }
    /// The payments of its checkout, also those that came to nothing.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<Payment>> {
        let rows = ctx.request().loaders.payments_of().load(self.row.checkout_id).await.map_err(load)?;
        let payment = |row: &_| Payment { row: Clone::clone(row), currency: self.row.currency.clone() };
        Ok(rows.unwrap_or_default().iter().map(payment).collect())
    }
    /// What has happened to it, in order.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<OrderHistoryEntry>> {
        let rows = ctx.request().loaders.history_of().load(self.row.id).await.map_err(load)?.unwrap_or_default();
        Ok(rows.iter().cloned().map(OrderHistoryEntry).collect())
    }
}

/// Some units of one variant that were bought.
pub struct OrderLine {
    row: OrderLineRow,
    currency: Currency,
}

impl OrderLine {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// Some units of one variant that were bought.
#[Object(crate = "crate::execution", directive = CacheControl::apply(OrderLine::DECISION))]
impl OrderLine {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::OrderLine, self.row.id))
    }
    /// Stock keeping unit.
    async fn sku(&self) -> &str {
        &self.row.sku
    }
    /// Of the product, as it was called then.
    async fn title(&self) -> &str {
        &self.row.title
    }
    /// Of the variant, as it was called then.
    async fn variant_title(&self) -> &str {
        &self.row.variant_title
    }
    /// Units that were bought.
    async fn quantity(&self) -> i32 {
        self.row.ordered
    }
    /// Units that were cancelled.
    async fn cancelled(&self) -> i32 {
        self.row.cancelled
    }
    /// Units whose price was given back.
    async fn refunded(&self) -> i32 {
        self.row.refunded
    }
    /// Of one unit.
    async fn unit_price(&self) -> Money {
        self.money(self.row.unit_price)
    }
    /// Of all units, before discounts.
    async fn subtotal(&self) -> Money {
        self.money(self.row.subtotal)
    }
    /// What promotions took off.
    async fn discount(&self) -> Money {
        self.money(self.row.discount)
    }
    /// The tax of the line.
    async fn tax(&self) -> Money {
        self.money(self.row.tax)
    }
    /// With tax, after discounts.
    async fn total(&self) -> Money {
        self.money(self.row.total)
    }
    /// What the storefront noted.
    async fn attributes(&self) -> Vec<Attribute> {
        let pairs: BTreeMap<String, String> = serde_json::from_str(&self.row.attributes).unwrap_or_default();
        Attribute::of(&pairs)
    }
    /// The variant, as it is now; null where the channel does not show it any more.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        let row = ctx.request().loaders.variant_by_id().load(self.row.variant_id).await.map_err(load)?;
        Ok(row.map(ProductVariant::single))
    }
    /// The product, as it is now; null where the channel does not show it any more.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        let row = ctx.request().loaders.product_by_id().load(self.row.product_id).await.map_err(load)?;
        Ok(row.map(Product))
    }
}

/// Something that happened to an order.
pub struct OrderHistoryEntry(OrderHistoryRow);

/// Something that happened to an order.
#[Object(crate = "crate::execution", directive = CacheControl::apply(OrderHistoryEntry::DECISION))]
impl OrderHistoryEntry {
    /// What: `placed`, `captured`, `fulfilled` and the like, as webhooks call it.
    async fn kind(&self) -> &str {
        &self.0.kind
    }
    /// The particulars.
    async fn data(&self) -> Json {
        Json(serde_json::from_str(&self.0.data).ok().and_then(|data| Value::from_json(data).ok()).unwrap_or_default())
    }
    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
    /// For staff: id of the member of staff or API key who did it; null of the customer, and of the shop itself.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersRead]))]
    async fn actor_id(&self) -> Option<ID> {
        self.0.actor.as_deref().and_then(Actor::parse).and_then(actor_id)
    }
}

direct!(Order {
    "lines" => lines,
    "fulfilments" => fulfilments,
    "returns" => returns,
    "id" => !id,
    "number" => !number,
    "total" => !total,
    "email" => !email,
    "placedAt" => !placed_at,
});
direct!(OrderLine {
    "id" => !id,
    "sku" => !sku,
    "title" => !title,
    "variantTitle" => !variant_title,
    "quantity" => !quantity,
    "unitPrice" => !unit_price,
    "total" => !total,
    "variant" => variant,
    "product" => product,
});
direct!(OrderHistoryEntry {});
governed! {
    Decision::Never => Order, OrderLine, OrderHistoryEntry;
}
