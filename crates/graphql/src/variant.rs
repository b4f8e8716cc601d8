//! Variants: what is actually sold.
use crate::{
    cached::cached,
    context::Request as _,
    cursor::{self, Fingerprint},
    error::{Code, error, load},
    execution::direct,
    loaders::{batch, by_id},
    media::Media,
    money::Money,
    page::{PageInfo, edge, page_size},
    policy::{CATALOG, CacheControl, Decision, Governed as _, governed},
    product::Product,
    review::by_page,
    shared_row::SharedRow,
    stock::StockLevel,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use std::sync::Arc;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    stock::{Availability, StockPolicy},
};
use tradewind_loader::Loaded;
use tradewind_persistence::read::{
    ChildPage,
    listing::{Position, SortKey},
    variant::{VariantPosition, VariantRow, variant_counts, variant_pages, variants_by_choice, variants_by_ids},
};
use uuid::Uuid;

/// A page of one product's variants.
pub(crate) type VariantPage = ChildPage<VariantPosition>;
/// A product and the option values that a shopper chose, as they are stored.
pub(crate) type Choice = (Uuid, String);

batch!(
    /// Pages of variants, one statement for all products that ask for the same page.
    VariantsOf, "variants", VariantPage => Arc<Vec<VariantRow>>, |list| list.len(),
    |source, keys| {
        let mut loaded = Loaded::default();
        for (page, parents) in by_page(keys) {
            let mut pages = variant_pages(&source.db, source.scope, page, parents.clone()).await?;
            loaded.extend(parents.into_iter().map(|parent| {
                (ChildPage { parent, ..page }, Arc::new(pages.remove(&parent).unwrap_or_default()))
            }));
        }
        Ok(loaded)
    }
);
cached!(VariantsOf as ProductVariant, until: publication;
    key(source, page, out) {
        write!(out, "{}:{}:{}:{:?}", page.parent, source.scope.channel_id, page.first, page.after)
    }
    tags(source, page, tags) { tags.product(page.parent); });
batch!(
    /// How many variants a product sells in the channel.
    VariantCountOf, "variantCount" leaf: true, Uuid => i64, |_| 1,
    |source, keys| {
        let rows = variant_counts(&source.db, source.scope, keys).await?;
        Ok(rows.into_iter().map(|row| (row.product_id, row.count)).collect())
    }
);
cached!(VariantCountOf as ProductVariant, until: publication;
    key(source, id, out) { write!(out, "{id}:{}", source.scope.channel_id) }
    tags(source, id, tags) { tags.product(*id); });
batch!(
    /// Visible variants.
    VariantById, "variantById", Uuid => Arc<VariantRow>, |_| 1,
    |source, keys| Ok(by_id(variants_by_ids(&source.db, source.scope, keys).await?, |row| row.id))
);
cached!(VariantById as ProductVariant, until: publication, absent: never;
    key(source, id, out) { write!(out, "{id}:{}", source.scope.channel_id) }
    tags(source, id, tags) { tags.variant(*id); }
    found(row, tags) { tags.product(row.product_id); });
batch!(
    /// The variant with certain option values.
    VariantByChoice, "variantBySelectedOptions", Choice => Arc<VariantRow>, |_| 1,
    |source, keys| {
        let (mut products, mut values): (Vec<Uuid>, Vec<String>) = keys.into_iter().unzip();
        products.sort_unstable();
        products.dedup();
        values.sort_unstable();
        values.dedup();
        let rows = variants_by_choice(&source.db, source.scope, products, values).await?;
        Ok(rows.into_iter().map(|row| ((row.product_id, row.option_values.clone()), Arc::new(row))).collect())
    }
);
cached!(VariantByChoice as ProductVariant, until: publication;
    key(source, choice, out) { write!(out, "{}:{}:{}", choice.0, source.scope.channel_id, choice.1) }
    tags(source, choice, tags) { tags.product(choice.0); });

/// One option value of a variant.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(SelectedOption::DECISION))]
pub struct SelectedOption {
    /// Name of the option, such as `Size`.
    pub name: String,
    /// Its value, such as `M`.
    pub value: String,
}

/// One option value that a shopper chose.
#[derive(Clone, Debug, InputObject)]
pub struct SelectedOptionInput {
    /// Name of the option, such as `Size`, in either case.
    pub name: String,
    /// Its value, such as `M`, in either case.
    pub value: String,
}

/// What is actually sold: one combination of option values.
#[derive(Clone)]
pub struct ProductVariant(pub(crate) SharedRow<VariantRow>);

impl ProductVariant {
    pub(crate) fn single(row: Arc<VariantRow>) -> Self {
        Self(SharedRow::single(row.as_ref().clone()))
    }

    /// Units that nobody reserved, over the channel's warehouses.
    async fn available(&self, ctx: &Context<'_>) -> Result<i64> {
        let levels = ctx.request().loaders.stock_of().load(self.0.id).await.map_err(load)?;
        Ok(levels.map_or(0, |levels| levels.iter().fold(0i64, |sum, level| sum.saturating_add(level.available))))
    }
}

/// What is actually sold: one combination of option values.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ProductVariant::DECISION))]
impl ProductVariant {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::ProductVariant, self.0.id))
    }
    /// Stock keeping unit.
    async fn sku(&self) -> Option<&str> {
        self.0.sku.as_deref()
    }
    /// The option values, such as `Red / M`.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// The option values with their names; empty for a product without options.
    async fn selected_options(&self, ctx: &Context<'_>) -> Result<Vec<SelectedOption>> {
        let product = ctx.request().loaders.product_by_id().load(self.0.product_id).await.map_err(load)?;
        let options = match product {
            Some(product) => Product(product).domain_options(ctx).await?,
            None => Vec::new(),
        };
        let values: Vec<String> = serde_json::from_str(&self.0.option_values).unwrap_or_default();
        Ok(options.into_iter().zip(values).map(|(option, value)| SelectedOption { name: option.name, value }).collect())
    }
    /// What the shopper pays, in the channel's currency.
    async fn price(&self, ctx: &Context<'_>) -> Money {
        Money::new(self.0.amount, ctx.request().currency())
    }
    /// The struck-through price.
    async fn compare_at_price(&self, ctx: &Context<'_>) -> Option<Money> {
        self.0.compare_at.map(|amount| Money::new(amount, ctx.request().currency()))
    }
    /// GTIN, EAN, UPC or ISBN.
    async fn barcode(&self) -> Option<&str> {
        self.0.barcode.as_deref()
    }
    /// Shipping weight in grams.
    async fn weight_grams(&self) -> Option<i64> {
        self.0.weight_grams
    }
    /// Whether it can be ordered now. Never cached.
    #[graphql(directive = CacheControl::apply(Decision::Never))]
    async fn available_for_sale(&self, ctx: &Context<'_>) -> Result<bool> {
        let policy = StockPolicy::from_stored(&self.0.policy);
        if !self.0.tracked || policy == StockPolicy::Backorder {
            return Ok(true);
        }
        let available = self.available(ctx).await?;
        Ok(Availability::of_variant(self.0.tracked, policy, available).for_sale())
    }
    /// Units that can be promised over the channel's warehouses; null where stock is not counted. Never cached.
    #[graphql(directive = CacheControl::apply(Decision::Never))]
    async fn quantity_available(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        match self.0.tracked {
            true => Ok(Some(self.available(ctx).await?)),
            false => Ok(None),
        }
    }
    /// What each of the channel's warehouses can promise. Never cached.
    #[graphql(directive = CacheControl::apply(Decision::Never))]
    async fn stock_levels(&self, ctx: &Context<'_>) -> Result<Vec<StockLevel>> {
        let levels = ctx.request().loaders.stock_of().load(self.0.id).await.map_err(load)?.unwrap_or_default();
        Ok(SharedRow::rows(&levels, usize::MAX).map(StockLevel).collect())
    }
    /// Its own pictures; empty where it has none, and the product's are meant.
    async fn media(&self, ctx: &Context<'_>) -> Result<Vec<Media>> {
        let Some(id) = self.0.media_id else { return Ok(Vec::new()) };
        let row = ctx.request().loaders.media_by_id().load(id).await.map_err(load)?;
        Ok(row.map(Media::single).into_iter().collect())
    }
    /// The product that it belongs to.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        let row = ctx.request().loaders.product_by_id().load(self.0.product_id).await.map_err(load)?;
        Ok(row.map(Product))
    }
}

/// A page of a product's variants, in display order.
pub struct ProductVariantConnection {
    product_id: Uuid,
    rows: Vec<ProductVariant>,
    has_next: bool,
    has_previous: bool,
}

edge!(ProductVariantEdge, ProductVariant, "variants");

fn fingerprint() -> Fingerprint {
    Fingerprint::of(&"variants in display order")
}

fn cursor_of(variant: &ProductVariant) -> String {
    let position = Position { key: SortKey::Number(variant.0.position.into()), id: variant.0.id };
    cursor::encode(fingerprint(), &position)
}

impl ProductVariantConnection {
    pub(crate) async fn load(
        ctx: &Context<'_>,
        product_id: Uuid,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self> {
        let size = page_size(first, None)?.size;
        let position = after.as_deref().map(variant_position).transpose()?;
        let page = ChildPage { parent: product_id, first: size + 1, after: position };
        let list = ctx.request().loaders.variants_of().load(page).await.map_err(load)?.unwrap_or_default();
        Ok(Self {
            product_id,
            rows: SharedRow::rows(&list, size as usize).map(ProductVariant).collect(),
            has_next: list.len() > size as usize,
            has_previous: after.is_some(),
        })
    }
}

fn variant_position(cursor: &str) -> Result<VariantPosition> {
    let foreign = || error(Code::BadCursor, "`after` is not a cursor of variants: start again without it");
    match cursor::decode("after", cursor, fingerprint())? {
        Position { key: SortKey::Number(position), id } => {
            Ok(VariantPosition { position: i32::try_from(position).map_err(|_| foreign())?, id })
        }
        _ => Err(foreign()),
    }
}

/// A page of a product's variants, in display order.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ProductVariantConnection::DECISION))]
impl ProductVariantConnection {
    /// The variants with their cursors.
    async fn edges(&self) -> Vec<ProductVariantEdge> {
        self.rows.iter().map(|row| ProductVariantEdge { cursor: cursor_of(row), node: row.clone() }).collect()
    }
    /// The variants.
    async fn nodes(&self) -> &[ProductVariant] {
        &self.rows
    }
    /// Where the page lies.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.rows.first().map(cursor_of),
            end_cursor: self.rows.last().map(cursor_of),
        }
    }
    /// All variants that the product sells in this channel.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.request().loaders.variant_count_of().load(self.product_id).await.map_err(load)?.unwrap_or(0))
    }
}

direct!(SelectedOption { "name": name, "value": value, });
direct!(ProductVariant {
    "id" => !id,
    "sku" => !sku,
    "title" => !title,
    "selectedOptions" => selected_options,
    "price" => !price,
    "compareAtPrice" => !compare_at_price,
    "barcode" => !barcode,
    "weightGrams" => !weight_grams,
    "availableForSale" => available_for_sale,
    "quantityAvailable" => quantity_available,
    "stockLevels" => stock_levels,
    "media" => media,
    "product" => product,
});
direct!(ProductVariantConnection {
    "edges" => edges,
    "nodes" => nodes,
    "pageInfo" => page_info,
    "totalCount" => total_count,
});
governed! {
    CATALOG => ProductVariant;
    Decision::Part => ProductVariantConnection, SelectedOption;
}
