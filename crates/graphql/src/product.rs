//! Products.
use crate::{
    access::{AccessTo, Grant},
    cached::cached,
    category::Category,
    collection::Collection,
    context::Request as _,
    error::{bad_input, database, load},
    execution::direct,
    filter::{ProductFilter, ProductSort},
    loaders::{batch, by_id},
    media::Media,
    money::MoneyRange,
    policy::{CATALOG, CacheControl, Decision, Governed as _, governed},
    product_connection::ProductConnection,
    product_list::{ListArgs, Owner},
    product_option::ProductOption,
    product_status::ProductStatus,
    review::ReviewConnection,
    shared_row::SharedRow,
    stock::Availability,
    variant::{ProductVariant, ProductVariantConnection, SelectedOptionInput},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use std::{ops::Deref, sync::Arc};
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    option, product, review, stock,
};
use tradewind_persistence::{
    DbError,
    read::product::{
        ProductDetails, ProductRow, descriptions_by_product, details_by_product, products_by_ids, products_by_slugs,
    },
};
use uuid::Uuid;

batch!(
    /// Visible products.
    ProductById, "product", Uuid => Arc<ProductRow>, |_| 1,
    |source, keys| Ok(by_id(products_by_ids(&source.db, source.scope, source.columns, keys).await?, |row| row.id))
);
cached!(ProductById as Product, until: publication;
    key(source, id, out) { write!(out, "{id}:{}:{:?}", source.scope.channel_id, source.columns) }
    tags(source, id, tags) { tags.product(*id); });
batch!(
    /// Visible products by the part of their address.
    ProductBySlug, "productBySlug", String => Arc<ProductRow>, |_| 1,
    |source, keys| {
        let rows = products_by_slugs(&source.db, source.scope, source.columns, keys).await?;
        Ok(rows.into_iter().map(|row| (row.slug.clone(), Arc::new(row))).collect())
    }
);
cached!(ProductBySlug as Product, until: publication;
    key(source, slug, out) { write!(out, "{slug}:{}:{:?}", source.scope.channel_id, source.columns) }
    tags(source, slug, tags) { tags.product_slug(slug); }
    found(row, tags) { tags.product(row.id); });
batch!(
    /// Details of products that were read without.
    DetailsOf, "productDetails", Uuid => Arc<ProductDetails>, |_| 1,
    |source, keys| {
        let rows = details_by_product(&source.db, keys).await?;
        Ok(rows.into_iter().map(|row| (row.product_id, Arc::new(row.details))).collect())
    }
);
cached!(DetailsOf as Product;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.product(*id); });
batch!(
    /// The long texts of products from a list.
    DescriptionOf, "descriptionHtml", Uuid => Arc<str>, |_| 1,
    |source, keys| {
        let rows = descriptions_by_product(&source.db, keys).await?;
        Ok(rows.into_iter().map(|row| (row.product_id, row.html.into())).collect())
    }
);
cached!(DescriptionOf as Product;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.product(*id); });

/// The average of a product's reviews.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(Rating::DECISION))]
pub struct Rating {
    /// Stars, 1 to 5 with three decimals; null without reviews.
    pub average: Option<f64>,
    /// Number of reviews.
    pub count: i64,
}

/// What search engines are told.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(Seo::DECISION))]
pub struct Seo {
    /// Title of the page; null: use the product's title.
    pub title: Option<String>,
    /// Summary; null where none was written.
    pub description: Option<String>,
}

/// Something that the shop sells, as the channel of the request shows it.
#[derive(Clone)]
pub struct Product(pub(crate) Arc<ProductRow>);

/// Something that the shop sells, as the channel of the request shows it.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Product::DECISION))]
impl Product {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Product, self.0.id))
    }
    /// Part of the address, unique.
    async fn slug(&self) -> &str {
        &self.0.slug
    }
    /// For people.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Sanitised HTML; may be empty.
    async fn description_html(&self, ctx: &Context<'_>) -> Result<String> {
        if let Some(html) = &self.0.description_html {
            return Ok(html.clone());
        }
        let html = ctx.request().loaders.description_of().load(self.0.id).await.map_err(load)?;
        Ok(html.map(|html| html.to_string()).unwrap_or_default())
    }
    /// Who makes it; may be empty.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.details(ctx).await?.vendor.clone())
    }
    /// The shop's own kind of thing; may be empty.
    async fn product_type(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.details(ctx).await?.product_type.clone())
    }
    /// Tags.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(serde_json::from_str(&self.details(ctx).await?.tags).unwrap_or_default())
    }
    /// Where it is in its life.
    async fn status(&self, ctx: &Context<'_>) -> Result<ProductStatus> {
        Ok(product::ProductStatus::from_stored(&self.details(ctx).await?.status).into())
    }
    /// Its place in the category tree.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        match self.0.category_id {
            Some(id) => Category::load(ctx, id).await,
            None => Ok(None),
        }
    }
    /// The collections that hold it, in display order.
    async fn collections(&self, ctx: &Context<'_>) -> Result<Vec<Collection>> {
        let list = ctx.request().loaders.collections_of().load(self.0.id).await.map_err(load)?.unwrap_or_default();
        Ok(SharedRow::rows(&list, usize::MAX).map(Collection).collect())
    }
    /// What a shopper chooses, with swatches: nothing of it needs the variants.
    async fn options(&self, ctx: &Context<'_>) -> Result<Vec<ProductOption>> {
        Ok(self.domain_options(ctx).await?.into_iter().map(ProductOption).collect())
    }
    /// A page of its variants, in display order.
    async fn variants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size, 1 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Only variants behind this cursor.")] after: Option<String>,
    ) -> Result<ProductVariantConnection> {
        ProductVariantConnection::load(ctx, self.0.id, first, after).await
    }
    /// The variant with exactly these option values, one for each option; null when there is none.
    async fn variant_by_selected_options(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One value for each of the product's options.")] selected_options: Vec<SelectedOptionInput>,
    ) -> Result<Option<ProductVariant>> {
        let Some(values) = choice(&self.domain_options(ctx).await?, &selected_options)? else { return Ok(None) };
        let key = (self.0.id, serde_json::Value::from(values).to_string());
        let row = ctx.request().loaders.variant_by_choice().load(key).await.map_err(load)?;
        Ok(row.map(ProductVariant::single))
    }
    /// All its pictures and films, in display order.
    async fn media(&self, ctx: &Context<'_>) -> Result<Vec<Media>> {
        let list = ctx.request().loaders.media_of().load(self.0.id).await.map_err(load)?.unwrap_or_default();
        Ok(SharedRow::rows(&list, usize::MAX).map(Media).collect())
    }
    /// The first of its media.
    async fn featured_media(&self, ctx: &Context<'_>) -> Result<Option<Media>> {
        let row = ctx.request().loaders.featured_of().load(self.0.id).await.map_err(load)?;
        Ok(row.map(Media::single))
    }
    /// Lowest and highest price of its variants, precomputed.
    async fn price_range(&self, ctx: &Context<'_>) -> MoneyRange {
        MoneyRange::new(self.0.min_price, self.0.max_price, ctx.request().currency())
    }
    /// Lowest and highest struck-through price, precomputed; null where nothing is reduced.
    async fn compare_at_price_range(&self, ctx: &Context<'_>) -> Option<MoneyRange> {
        let (min, max) = (self.0.min_compare_at?, self.0.max_compare_at?);
        Some(MoneyRange::new(min, max, ctx.request().currency()))
    }
    /// Whether it can be bought, precomputed: that of its best variant.
    async fn availability(&self) -> Availability {
        stock::Availability::from_stored(self.0.availability).into()
    }
    /// Average of its reviews, precomputed.
    async fn rating(&self) -> Rating {
        let (sum, count) = (self.0.rating_sum, self.0.rating_count);
        // At most 5,000 thousandths: exact in a double.
        #[allow(clippy::cast_precision_loss)]
        let average = (count > 0).then(|| review::average_milli(sum, count) as f64 / 1000.0);
        Rating { average, count }
    }
    /// A page of its reviews, newest first.
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size, 1 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Only reviews behind (older than) this cursor.")] after: Option<String>,
    ) -> Result<ReviewConnection> {
        ReviewConnection::load(ctx, self.0.id, self.0.rating_count, first, after).await
    }
    /// What search engines are told.
    async fn seo(&self, ctx: &Context<'_>) -> Result<Seo> {
        let details = self.details(ctx).await?;
        Ok(Seo { title: details.seo_title.clone(), description: details.seo_description.clone() })
    }
    /// When it came to this channel.
    async fn published_at(&self) -> DateTime<Utc> {
        self.0.published_at
    }
    /// When it was made.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.details(ctx).await?.created_at)
    }
    /// When it last changed.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime<Utc>> {
        Ok(self.details(ctx).await?.updated_at)
    }
}

impl Product {
    pub(crate) async fn domain_options(&self, ctx: &Context<'_>) -> Result<Vec<option::ProductOption>> {
        Ok(serde_json::from_str(&self.details(ctx).await?.options).unwrap_or_default())
    }

    /// Read with the product where the document asks for them.
    async fn details(&self, ctx: &Context<'_>) -> Result<Details<'_>> {
        if let Some(details) = &self.0.details {
            return Ok(Details::OfRow(details));
        }
        let details = ctx.request().loaders.details_of().load(self.0.id).await.map_err(load)?;
        details.map(Details::Behind).ok_or_else(|| database(DbError::Setup("a product without its row".to_owned())))
    }
}

/// Details, wherever they came from.
enum Details<'r> {
    OfRow(&'r ProductDetails),
    Behind(Arc<ProductDetails>),
}

impl Deref for Details<'_> {
    type Target = ProductDetails;

    fn deref(&self) -> &ProductDetails {
        match self {
            Self::OfRow(details) => details,
            Self::Behind(details) => details,
        }
    }
}

/// The values in the order of the options, spelled as the product spells them; None when no variant can match.
fn choice(options: &[option::ProductOption], selected: &[SelectedOptionInput]) -> Result<Option<Vec<String>>> {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    for (index, selected_option) in selected.iter().enumerate() {
        if selected[..index].iter().any(|earlier| same(&earlier.name, &selected_option.name)) {
            return Err(bad_input(format!(
                "`selectedOptions` names `{}` twice: give each option one value",
                selected_option.name
            )));
        }
    }
    if selected.len() != options.len() {
        return Ok(None);
    }
    let value_of = |option: &option::ProductOption| {
        let wanted = selected.iter().find(|selected| same(&selected.name, &option.name))?;
        let exact = option.values.iter().find(|value| value.value == wanted.value);
        let either_case = || option.values.iter().find(|value| same(&value.value, &wanted.value));
        exact.or_else(either_case).map(|value| value.value.clone())
    };
    Ok(options.iter().map(value_of).collect())
}

/// Queries of products.
#[derive(Default)]
pub struct ProductQuery;

#[Object(crate = "crate::execution")]
impl ProductQuery {
    /// One product, by id or by slug; null when this channel does not show it.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Opaque id.")] id: Option<ID>,
        #[graphql(desc = "Part of the address.")] slug: Option<String>,
    ) -> Result<Option<Product>> {
        let loaders = &ctx.request().loaders;
        let row = match (id, slug) {
            (Some(id), None) => {
                let id = crate::node::typed_id("id", &id, NodeKind::Product)?;
                loaders.product_by_id().load(id).await
            }
            (None, Some(slug)) => loaders.product_by_slug().load(slug).await.inspect(|row| {
                if let Some(row) = row {
                    loaders.product_by_id().prime(row.id, Arc::clone(row));
                }
            }),
            _ => return Err(bad_input("`product` needs exactly one of `id` and `slug`")),
        };
        Ok(row.map_err(load)?.map(Product))
    }

    /// The products that this channel shows.
    #[allow(clippy::too_many_arguments)] // each is an argument of the public schema
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100; 20 when neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only products behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only products before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which products.")] filter: Option<ProductFilter>,
        #[graphql(desc = "In which order; BEST_SELLING, or RELEVANCE with a search.")] sort: Option<ProductSort>,
        #[graphql(desc = "Words that products must contain: beginnings, accents and small typing errors are fine.")]
        search: Option<String>,
    ) -> Result<ProductConnection> {
        let args = ListArgs { first, after, last, before, filter, sort, search };
        ProductConnection::resolve(ctx, Owner::Channel, args).await
    }
}

direct!(Rating { "average": average, "count": count, });
direct!(Seo { "title": title, "description": description, });
direct!(Product {
    "id" => !id,
    "slug" => !slug,
    "title" => !title,
    "descriptionHtml" => description_html,
    "vendor" => vendor,
    "productType" => product_type,
    "tags" => tags,
    "status" => status,
    "category" => category,
    "collections" => collections,
    "options" => options,
    "variants" => variants("first", "after"),
    "variantBySelectedOptions" => variant_by_selected_options("selectedOptions"),
    "media" => media,
    "featuredMedia" => featured_media,
    "priceRange" => !price_range,
    "compareAtPriceRange" => !compare_at_price_range,
    "availability" => !availability,
    "rating" => !rating,
    "reviews" => reviews("first", "after"),
    "seo" => seo,
    "publishedAt" => !published_at,
    "createdAt" => created_at,
    "updatedAt" => updated_at,
});
direct!(ProductQuery {});
governed! {
    CATALOG => Product;
    Decision::Part => Rating, Seo, ProductQuery;
}
