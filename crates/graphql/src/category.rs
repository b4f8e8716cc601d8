//! The category tree.
use crate::{
    access::{AccessTo, Grant},
    cached::cached,
    context::Request as _,
    error::{bad_input, load},
    execution::direct,
    filter::{ProductFilter, ProductSort},
    loaders::{batch, by_id, shared},
    policy::{CATALOG, CacheControl, Decision, Governed as _, governed},
    product_connection::ProductConnection,
    product_list::{ListArgs, Owner},
    shared_row::SharedRow,
};
use async_graphql::{Context, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::read::category::{
    CategoryRow, categories_by_ids, categories_by_parents, categories_by_slugs, category_ancestors, root_categories,
};
use uuid::Uuid;

/// More roots than this are not a menu.
const MOST_ROOTS: u32 = 250;

batch!(
    /// Categories.
    CategoryById, "category", Uuid => Arc<CategoryRow>, |_| 1,
    |source, keys| Ok(by_id(categories_by_ids(&source.db, keys).await?, |row| row.id))
);
cached!(CategoryById as Category;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.category(*id); });
batch!(
    /// Categories by the part of their address.
    CategoryBySlug, "categoryBySlug", String => Arc<CategoryRow>, |_| 1,
    |source, keys| {
        let rows = categories_by_slugs(&source.db, keys).await?;
        Ok(rows.into_iter().map(|row| (row.slug.clone(), Arc::new(row))).collect())
    }
);
cached!(CategoryBySlug as Category;
    key(source, slug, out) { write!(out, "{slug}") }
    tags(source, slug, tags) { tags.category_slug(slug); }
    found(row, tags) { tags.category(row.id); });
batch!(
    /// Children of a category, in display order.
    ChildrenOf, "children", Uuid => Arc<Vec<CategoryRow>>, |list| list.len(),
    |source, keys| Ok(shared(categories_by_parents(&source.db, keys).await?))
);
cached!(ChildrenOf as Category;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.children(Some(*id)); }
    found(list, tags) { list.iter().for_each(|row| tags.category(row.id)); });
batch!(
    /// The way from the root to a category.
    AncestorsOf, "ancestors", Uuid => Arc<Vec<CategoryRow>>, |list| list.len(),
    |source, keys| Ok(shared(category_ancestors(&source.db, keys).await?))
);
cached!(AncestorsOf as Category;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.category(*id); }
    found(list, tags) { list.iter().for_each(|row| tags.category(row.id)); });
batch!(
    /// The roots of the tree, in display order.
    Roots, "roots", () => Arc<Vec<CategoryRow>>, |list| list.len(),
    |source, _keys| Ok([((), Arc::new(root_categories(&source.db, MOST_ROOTS).await?))].into_iter().collect())
);
cached!(Roots as Category;
    key(source, (), out) { write!(out, "all") }
    tags(source, (), tags) { tags.children(None); }
    found(list, tags) { list.iter().for_each(|row| tags.category(row.id)); });

/// A node of the category tree.
#[derive(Clone)]
pub struct Category(pub(crate) SharedRow<CategoryRow>);

impl Category {
    pub(crate) fn single(row: Arc<CategoryRow>) -> Self {
        Self(SharedRow::single(row.as_ref().clone()))
    }

    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        Ok(ctx.request().loaders.category_by_id().load(id).await.map_err(load)?.map(Self::single))
    }
}

/// A node of the category tree.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Category::DECISION))]
impl Category {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Category, self.0.id))
    }
    /// Part of the address, unique.
    async fn slug(&self) -> &str {
        &self.0.slug
    }
    /// For people.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The categories above it, from the root down, without itself: a breadcrumb.
    async fn ancestors(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        if self.0.parent_id.is_none() {
            return Ok(Vec::new());
        }
        let list = ctx.request().loaders.ancestors_of().load(self.0.id).await.map_err(load)?.unwrap_or_default();
        Ok(SharedRow::rows(&list, usize::MAX).map(Category).collect())
    }
    /// The categories right below it, in display order.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let list = ctx.request().loaders.children_of().load(self.0.id).await.map_err(load)?.unwrap_or_default();
        Ok(SharedRow::rows(&list, usize::MAX).map(Category).collect())
    }
    /// Its products and those of the categories below it.
    #[allow(clippy::too_many_arguments)] // each is an argument of the public schema
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
        ProductConnection::resolve(ctx, Owner::Scope(self.0.id), args).await
    }
}

/// Queries of categories.
#[derive(Default)]
pub struct CategoryQuery;

#[Object(crate = "crate::execution")]
impl CategoryQuery {
    /// One category, by slug or by id; null when there is none.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Part of the address.")] slug: Option<String>,
        #[graphql(desc = "Opaque id.")] id: Option<ID>,
    ) -> Result<Option<Category>> {
        match (slug, id) {
            (Some(slug), None) => {
                let row = ctx.request().loaders.category_by_slug().load(slug).await.map_err(load)?;
                Ok(row.map(Category::single))
            }
            (None, Some(id)) => Category::load(ctx, crate::node::typed_id("id", &id, NodeKind::Category)?).await,
            _ => Err(bad_input("`category` needs exactly one of `slug` and `id`")),
        }
    }

    /// The roots of the category tree, in display order.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let rows = ctx.request().loaders.roots().load(()).await.map_err(load)?.unwrap_or_default();
        Ok(SharedRow::rows(&rows, usize::MAX).map(Category).collect())
    }
}

direct!(Category {
    "id" => !id,
    "slug" => !slug,
    "name" => !name,
    "ancestors" => ancestors,
    "children" => children,
    "products" => products("first", "after", "last", "before", "filter", "sort", "search"),
});
direct!(CategoryQuery {});
governed! {
    CATALOG => Category;
    Decision::Part => CategoryQuery;
}
