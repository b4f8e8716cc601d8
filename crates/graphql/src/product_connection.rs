//! A page of products, the length of the list, and its facets: each is read only when asked for, all at once.
use crate::{
    context::Request as _,
    cursor,
    error::load,
    execution::direct,
    facet::{Facet, FacetKey},
    page::{PageInfo, edge},
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Product,
    product_list::{CheckedList, ListArgs, ListedProduct, Owner},
};
use async_graphql::{Context, Object, Result};
use std::sync::Arc;

/// A page of products.
pub struct ProductConnection {
    list: CheckedList,
}

edge!(ProductEdge, Product, "products");

impl ProductConnection {
    pub(crate) async fn resolve(ctx: &Context<'_>, owner: Owner, args: ListArgs) -> Result<Self> {
        Ok(Self { list: CheckedList::check(ctx, owner, args).await? })
    }

    /// The rows of the page with one more where the list goes on, in list order.
    async fn rows(&self, ctx: &Context<'_>) -> Result<Arc<Vec<ListedProduct>>> {
        let loaders = &ctx.request().loaders;
        let rows = loaders.list_of().load(self.list.key.clone()).await.map_err(load)?.unwrap_or_default();
        for listed in rows.iter() {
            loaders.product_by_id().prime(listed.row.id, Arc::clone(&listed.row));
        }
        Ok(rows)
    }

    /// The page itself, and whether there is more in its direction.
    fn page<'r>(&self, rows: &'r [ListedProduct]) -> (&'r [ListedProduct], bool) {
        let size = self.list.size.size as usize;
        match (rows.len() > size, self.list.size.backwards) {
            (false, _) => (rows, false),
            (true, false) => (&rows[..size], true),
            (true, true) => (&rows[rows.len() - size..], true),
        }
    }

    fn cursor(&self, listed: &ListedProduct) -> String {
        cursor::encode(self.list.fingerprint, &listed.position)
    }
}

/// A page of products.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ProductConnection::DECISION))]
impl ProductConnection {
    /// The products with their cursors.
    async fn edges(&self, ctx: &Context<'_>) -> Result<Vec<ProductEdge>> {
        let rows = self.rows(ctx).await?;
        let edge = |listed: &ListedProduct| ProductEdge {
            cursor: self.cursor(listed),
            node: Product(Arc::clone(&listed.row)),
        };
        Ok(self.page(&rows).0.iter().map(edge).collect())
    }
    /// The products.
    async fn nodes(&self, ctx: &Context<'_>) -> Result<Vec<Product>> {
        let rows = self.rows(ctx).await?;
        Ok(self.page(&rows).0.iter().map(|listed| Product(Arc::clone(&listed.row))).collect())
    }
    /// Where the page lies.
    async fn page_info(&self, ctx: &Context<'_>) -> Result<PageInfo> {
        let rows = self.rows(ctx).await?;
        let (page, more) = self.page(&rows);
        let asked = &self.list.key.page;
        let (has_next_page, has_previous_page) = match self.list.size.backwards {
            false => (more || asked.until.is_some(), asked.after.is_some()),
            true => (asked.after.is_some(), more || asked.until.is_some()),
        };
        Ok(PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: page.first().map(|listed| self.cursor(listed)),
            end_cursor: page.last().map(|listed| self.cursor(listed)),
        })
    }
    /// All products that the filter and the search leave.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count = ctx.request().loaders.list_count_of().load(self.list.key.list.clone()).await;
        Ok(count.map_err(load)?.unwrap_or(0))
    }
    /// Values that narrow the list further, with counts. Each facet is counted without its own filter.
    async fn facets(&self, ctx: &Context<'_>) -> Result<Vec<Facet>> {
        let key = FacetKey { list: self.list.key.list.clone() };
        let counts = ctx.request().loaders.facets_of().load(key).await.map_err(load)?.unwrap_or_default();
        Ok(counts.facets(&self.list.asked, ctx.request().currency()))
    }
}

direct!(ProductConnection { "edges" => edges, "nodes" => nodes, "pageInfo" => page_info, "totalCount" => total_count, "facets" => facets, });
governed! {
    Decision::Part => ProductConnection;
}
