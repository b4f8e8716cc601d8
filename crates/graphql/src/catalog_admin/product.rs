//! Products as staff see them.
use super::variant::{ManagedAttribute, ManagedVariant};
use crate::{
    access::Grant,
    category::Category,
    channel::Channel,
    context::Request as _,
    directory::Directory,
    error::database,
    execution::direct,
    media::Media,
    page::edge,
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Seo,
    product_option::ProductOption,
    product_status::ProductStatus,
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use std::{collections::HashMap, sync::Arc};
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    product,
};
use tradewind_persistence::{
    read::media::MediaRow,
    write::{ProductTerms, STANDARD_TAX, product_terms, products_by_ids},
};
use uuid::Uuid;

edge!(ManagedProductEdge, ManagedProduct, "products that staff look through");

/// A product in any state, with all channels, as staff see it.
#[derive(Clone)]
pub struct ManagedProduct {
    pub(super) product: Arc<product::Product>,
    terms: Arc<ProductTerms>,
}

/// A channel where a product is published.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ManagedPublication::DECISION))]
pub struct ManagedPublication {
    /// Where.
    pub channel: Channel,
    /// From when; may be in the future.
    pub published_at: DateTime<Utc>,
}

/// The channel of an id, as requests know it.
pub(super) fn channel(ctx: &Context<'_>, id: Uuid) -> Option<Channel> {
    let channels = ctx.data_unchecked::<Arc<Directory>>().all();
    channels.iter().find(|channel| channel.row.id == id).cloned().map(Channel)
}

impl ManagedProduct {
    /// Whole products with their terms, in their order: one statement more.
    pub(super) async fn of(ctx: &Context<'_>, products: Vec<product::Product>) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = products.iter().map(|product| product.id).collect();
        let terms = product_terms(&ctx.request().db, &ids).await.map_err(database)?;
        let mut terms: HashMap<Uuid, ProductTerms> = terms.into_iter().map(|it| (it.product_id, it)).collect();
        let with_terms = |product: product::Product| {
            let usual =
                || ProductTerms { product_id: product.id, tax_category: STANDARD_TAX.to_owned(), needs_shipping: true };
            let terms = terms.remove(&product.id).unwrap_or_else(usual);
            Self { product: Arc::new(product), terms: Arc::new(terms) }
        };
        Ok(products.into_iter().map(with_terms).collect())
    }

    /// Those of the products that exist, in the order of the ids.
    pub(super) async fn load_all(ctx: &Context<'_>, ids: &[Uuid]) -> Result<Vec<Self>> {
        let mut found = products_by_ids(&ctx.request().db, ids).await.map_err(database)?;
        found.sort_by_key(|product| ids.iter().position(|id| *id == product.id));
        Self::of(ctx, found).await
    }

    /// The product, if there is one.
    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        Ok(Self::load_all(ctx, &[id]).await?.pop())
    }

    /// The product, for who may see every one.
    pub(crate) async fn node(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if !ctx.request().may(Grant::CatalogRead) {
            return Ok(None);
        }
        Self::load(ctx, id).await
    }
}

/// A product in any state, with all channels, as staff see it.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ManagedProduct::DECISION))]
impl ManagedProduct {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::ManagedProduct, self.product.id))
    }
    /// Id of the product as shoppers see it. Mutations take either id.
    async fn product_id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Product, self.product.id))
    }
    /// Part of the address, unique.
    async fn slug(&self) -> &str {
        &self.product.slug
    }
    /// For people.
    async fn title(&self) -> &str {
        &self.product.title
    }
    /// Sanitised HTML; may be empty.
    async fn description_html(&self) -> &str {
        &self.product.description_html
    }
    /// Who makes it; may be empty.
    async fn vendor(&self) -> &str {
        &self.product.vendor
    }
    /// The shop's own kind of thing; may be empty.
    async fn product_type(&self) -> &str {
        &self.product.product_type
    }
    /// Where it is in its life.
    async fn status(&self) -> ProductStatus {
        self.product.status.into()
    }
    /// Tags.
    async fn tags(&self) -> &[String] {
        &self.product.tags
    }
    /// Its place in the category tree.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        match self.product.category_id {
            Some(id) => Category::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// What search engines are told.
    async fn seo(&self) -> Seo {
        Seo { title: self.product.seo_title.clone(), description: self.product.seo_description.clone() }
    }
    /// What a shopper chooses.
    async fn options(&self) -> Vec<ProductOption> {
        self.product.options.iter().cloned().map(ProductOption).collect()
    }
    /// Every variant, in display order.
    async fn variants(&self) -> Vec<ManagedVariant> {
        (0..self.product.variants.len()).map(|place| ManagedVariant::of(&self.product, place)).collect()
    }
    /// Pictures, in display order; the first is the featured one.
    async fn media(&self) -> Vec<Media> {
        let row = |media: &tradewind_domain::media::Media| MediaRow {
            id: media.id,
            product_id: self.product.id,
            url: media.url.clone(),
            alt: media.alt.clone(),
            width: media.width,
            height: media.height,
            position: media.position,
        };
        self.product.media.iter().map(|media| Media::single(Arc::new(row(media)))).collect()
    }
    /// Where and from when it is shown, if it is active and has a price there.
    async fn publications(&self, ctx: &Context<'_>) -> Vec<ManagedPublication> {
        let of = |it: &product::Publication| {
            Some(ManagedPublication { channel: channel(ctx, it.channel_id)?, published_at: it.published_at })
        };
        self.product.publications.iter().filter_map(of).collect()
    }
    /// Metafields.
    async fn attributes(&self) -> Vec<ManagedAttribute> {
        self.product.attributes.iter().map(ManagedAttribute::of).collect()
    }
    /// How it is taxed, as tax rates name it.
    async fn tax_category(&self) -> &str {
        &self.terms.tax_category
    }
    /// False: there is nothing to send.
    async fn needs_shipping(&self) -> bool {
        self.terms.needs_shipping
    }
    /// Units sold.
    async fn units_sold(&self) -> i64 {
        self.product.units_sold
    }
    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.product.created_at
    }
    /// When it changed last; for `expectedUpdatedAt`.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.product.updated_at
    }
}

direct!(ManagedProduct {});
direct!(ManagedPublication {});
governed! {
    Decision::Never => ManagedProduct, ManagedPublication;
}
