//! Relay's `Node`: any object by its opaque id.
use crate::{
    access::{AccessTo, Grant},
    administration::{GiftCard, ManagedCustomer, Promotion, TaxRate, WebhookDelivery},
    buy::Order,
    catalog_admin::ManagedProduct,
    category::Category,
    channel::Channel,
    collection::Collection,
    context::Request as _,
    directory::Directory,
    error::{bad_input, load},
    execution::direct,
    media::Media,
    policy::{Decision, governed},
    product::Product,
    review::Review,
    staff::AuditEntry,
    stock::Warehouse,
    variant::ProductVariant,
};
use async_graphql::{Context, ID, Interface, Object, Result};
use std::{fmt::Display, sync::Arc};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

/// More ids than this are several requests.
const MOST: usize = 100;

/// An object with an opaque, globally unique id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque id."))]
pub enum Node {
    /// A product.
    Product(Product),
    /// A variant.
    ProductVariant(ProductVariant),
    /// A category.
    Category(Category),
    /// A collection.
    Collection(Collection),
    /// A review.
    Review(Review),
    /// A picture or film.
    Media(Media),
    /// A warehouse.
    Warehouse(Warehouse),
    /// A channel.
    Channel(Channel),
    /// An order of the customer who asks; for staff, any.
    Order(Order),
    /// An entry of the audit log.
    AuditEntry(AuditEntry),
    /// A promotion, for staff.
    Promotion(Promotion),
    /// A gift card, for staff.
    GiftCard(GiftCard),
    /// A tax rate, for staff.
    TaxRate(TaxRate),
    /// A customer, for staff.
    ManagedCustomer(ManagedCustomer),
    /// A delivery of an event, for staff.
    WebhookDelivery(WebhookDelivery),
    /// A product as staff see it.
    ManagedProduct(ManagedProduct),
}

/// Reads an id that must be of one type.
pub(crate) fn typed_id(argument: impl Display, id: &ID, kind: NodeKind) -> Result<Uuid> {
    let decoded = decode(&argument, id)?;
    match decoded.kind == kind {
        true => Ok(decoded.id),
        false => Err(bad_input(format!(
            "`{argument}` is the id of a {}, but a {} is wanted here",
            decoded.kind.name(),
            kind.name()
        ))),
    }
}

/// Reads an id of any type.
pub(crate) fn decode(argument: impl Display, id: &ID) -> Result<GlobalId> {
    GlobalId::decode(id).map_err(|cause| bad_input(format!("`{argument}`: {cause}")))
}

async fn find(ctx: &Context<'_>, GlobalId { kind, id }: GlobalId) -> Result<Option<Node>> {
    let loaders = &ctx.request().loaders;
    Ok(match kind {
        NodeKind::Product => {
            loaders.product_by_id().load(id).await.map_err(load)?.map(|row| Node::Product(Product(row)))
        }
        NodeKind::ProductVariant => {
            let row = loaders.variant_by_id().load(id).await.map_err(load)?;
            row.map(|row| Node::ProductVariant(ProductVariant::single(row)))
        }
        NodeKind::Category => Category::load(ctx, id).await?.map(Node::Category),
        NodeKind::Collection => Collection::load(ctx, id).await?.map(Node::Collection),
        NodeKind::Review => {
            loaders.review_by_id().load(id).await.map_err(load)?.map(|row| Node::Review(Review::single(row)))
        }
        NodeKind::Media => {
            loaders.media_by_id().load(id).await.map_err(load)?.map(|row| Node::Media(Media::single(row)))
        }
        NodeKind::Warehouse => {
            loaders.warehouse_by_id().load(id).await.map_err(load)?.map(|row| Node::Warehouse(Warehouse(row)))
        }
        NodeKind::Channel => {
            let channels = ctx.data_unchecked::<Arc<Directory>>().all();
            channels.iter().find(|channel| channel.row.id == id).cloned().map(|row| Node::Channel(Channel(row)))
        }
        NodeKind::Order => Order::visible(ctx, id).await?.map(Node::Order),
        NodeKind::AuditEntry => AuditEntry::load(ctx, id).await?.map(Node::AuditEntry),
        NodeKind::Promotion => Promotion::load(ctx, id).await?.map(Node::Promotion),
        NodeKind::GiftCard => GiftCard::load(ctx, id).await?.map(Node::GiftCard),
        NodeKind::TaxRate => TaxRate::load(ctx, id).await?.map(Node::TaxRate),
        NodeKind::Customer => ManagedCustomer::load(ctx, id).await?.map(Node::ManagedCustomer),
        NodeKind::WebhookDelivery => WebhookDelivery::load(ctx, id).await?.map(Node::WebhookDelivery),
        NodeKind::ManagedProduct => ManagedProduct::node(ctx, id).await?.map(Node::ManagedProduct),
        // Reached through what they belong to.
        NodeKind::Address
        | NodeKind::Device
        | NodeKind::OrderLine
        | NodeKind::Fulfilment
        | NodeKind::Return
        | NodeKind::Checkout
        | NodeKind::ShippingMethod
        | NodeKind::Cart
        | NodeKind::CartLine
        | NodeKind::StaffMember
        | NodeKind::StaffRole
        | NodeKind::ApiKey
        | NodeKind::WebhookEndpoint => None,
    })
}

/// Queries by id.
#[derive(Default)]
pub struct NodeQuery;

#[Object(crate = "crate::execution")]
impl NodeQuery {
    /// The object with this id; null when it does not exist or this channel does not show it.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Opaque id.")] id: ID) -> Result<Option<Node>> {
        find(ctx, decode("id", &id)?).await
    }

    /// The objects with these ids, in their order; null for each that does not exist or is not shown.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Opaque ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(bad_input(format!(
                "`ids` has {} ids, but at most {MOST} are allowed: ask in parts",
                ids.len()
            )));
        }
        let ids = ids.iter().enumerate().map(|(index, id)| decode(format_args!("ids[{index}]"), id));
        let ids = ids.collect::<Result<Vec<_>>>()?;
        futures_util::future::try_join_all(ids.into_iter().map(|id| find(ctx, id))).await
    }
}

direct!(NodeQuery {});
governed! {
    Decision::Part => NodeQuery;
}
