//! Queries of staff for products.
use super::{
    product::{ManagedProduct, ManagedProductEdge},
    product_id,
    rules::CollectionRulesInput,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    cursor::{self, Fingerprint},
    error::{Code, bad_input, database, error},
    execution::direct,
    page::{PageInfo, page_size},
    policy::{CacheControl, Decision, Governed as _, governed},
    product_status::ProductStatus,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tradewind_commerce::catalog::collection_preview;
use tradewind_persistence::{
    read::listing::{Position, SortKey},
    write::{ProductPage, products_by_slugs, products_page},
};

/// Characters of a text to look for.
const LONGEST_TEXT: usize = 200;

/// Which products; what is left out does not matter.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ManagedProductFilter {
    /// Where they are in their life.
    pub status: Option<ProductStatus>,
    /// How the title, the slug or a variant's SKU begins, in either case of the letters A to Z.
    pub text: Option<String>,
}

/// A page of products in any state, what changed last first.
pub struct ManagedProductConnection {
    products: Vec<ManagedProduct>,
    list: Fingerprint,
    has_next: bool,
    has_previous: bool,
}

fn cursor_of(list: Fingerprint, product: &ManagedProduct) -> String {
    let position = Position { key: SortKey::Time(product.product.updated_at), id: product.product.id };
    cursor::encode(list, &position)
}

impl ManagedProductConnection {
    async fn load(
        ctx: &Context<'_>,
        filter: ManagedProductFilter,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self> {
        let size = page_size(first, None)?.size;
        if filter.text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
            return Err(bad_input(format!("`filter.text` has more than {LONGEST_TEXT} characters: use fewer")));
        }
        let list = Fingerprint::of(&("managed products, changed last first", &filter));
        let after = match after.as_deref().map(|after| cursor::decode("after", after, list)).transpose()? {
            None => None,
            Some(Position { key: SortKey::Time(at), id }) => Some((at, id)),
            Some(_) => {
                return Err(error(Code::BadCursor, "`after` is not a cursor of products: start again without it"));
            }
        };
        let has_previous = after.is_some();
        let page = ProductPage { status: filter.status.map(Into::into), text: filter.text, after, limit: size + 1 };
        let mut rows = products_page(&ctx.request().db, &page).await.map_err(database)?;
        let has_next = rows.len() > size as usize;
        rows.truncate(size as usize);
        Ok(Self { products: ManagedProduct::of(ctx, rows).await?, list, has_next, has_previous })
    }
}

/// A page of products in any state, what changed last first.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ManagedProductConnection::DECISION))]
impl ManagedProductConnection {
    /// The products with their cursors.
    async fn edges(&self) -> Vec<ManagedProductEdge> {
        let edge = |it: &ManagedProduct| ManagedProductEdge { cursor: cursor_of(self.list, it), node: it.clone() };
        self.products.iter().map(edge).collect()
    }
    /// The products.
    async fn nodes(&self) -> &[ManagedProduct] {
        &self.products
    }
    /// Where the page lies.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.products.first().map(|product| cursor_of(self.list, product)),
            end_cursor: self.products.last().map(|product| cursor_of(self.list, product)),
        }
    }
}

/// What rules would put into a collection.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(CollectionPreview::DECISION))]
pub struct CollectionPreview {
    /// How many products match, in any state.
    pub count: i64,
    /// The first of them, in the order in which they were made.
    pub products: Vec<ManagedProduct>,
}

/// Queries of staff for products.
#[derive(Default)]
pub struct ManagedProductQuery;

#[Object(crate = "crate::execution")]
impl ManagedProductQuery {
    /// For staff: products in any state, what changed last first.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogRead]))]
    async fn managed_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Products behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which products.", default)] filter: ManagedProductFilter,
    ) -> Result<ManagedProductConnection> {
        ManagedProductConnection::load(ctx, filter, first, after).await
    }

    /// For staff: one product in any state, by id or by slug; null when there is none.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogRead]))]
    async fn managed_product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Opaque id, that of shoppers or that of staff.")] id: Option<ID>,
        #[graphql(desc = "Part of the address.")] slug: Option<String>,
    ) -> Result<Option<ManagedProduct>> {
        match (id, slug) {
            (Some(id), None) => ManagedProduct::load(ctx, product_id("id", &id)?).await,
            (None, Some(slug)) => {
                let found = products_by_slugs(&ctx.request().db, &[slug]).await.map_err(database)?;
                Ok(ManagedProduct::of(ctx, found).await?.pop())
            }
            _ => Err(bad_input("`managedProduct` needs exactly one of `id` and `slug`")),
        }
    }

    /// For staff: which products rules would put into a collection; nothing is changed. It reads every product.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogRead]))]
    async fn collection_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rules.")] rules: CollectionRulesInput,
        #[graphql(desc = "How many products, at most 100; 20 without it.")] first: Option<i32>,
    ) -> Result<CollectionPreview> {
        let size = page_size(first, None)?.size;
        let matching = collection_preview(&ctx.request().db, &rules.read(), size as usize).await.map_err(database)?;
        let matching = matching.map_err(|refused| {
            let tell = |it: &tradewind_commerce::account::Refused<_>| {
                format!("`{}`: {}", it.field.as_deref().unwrap_or("rules"), it.message)
            };
            bad_input(refused.first().map(tell).unwrap_or_default())
        })?;
        let products = ManagedProduct::load_all(ctx, &matching.first).await?;
        Ok(CollectionPreview { count: i64::try_from(matching.count).unwrap_or(i64::MAX), products })
    }
}

direct!(ManagedProductConnection {});
direct!(CollectionPreview {});
direct!(ManagedProductQuery {});
governed! {
    Decision::Never => ManagedProductConnection, CollectionPreview;
    Decision::Part => ManagedProductQuery;
}
