//! Collections.
use crate::{
    access::{AccessTo, Grant},
    cached::cached,
    context::Request as _,
    cursor::{self, Fingerprint},
    error::{Code, bad_input, error, load},
    execution::direct,
    filter::{ProductFilter, ProductSort},
    loaders::{batch, by_id, shared},
    page::{PageInfo, edge, page_size},
    policy::{CATALOG, CacheControl, Decision, Governed as _, governed},
    product_connection::ProductConnection,
    product_list::{ListArgs, Owner},
    shared_row::SharedRow,
};
use async_graphql::{Context, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_loader::Loaded;
use tradewind_persistence::read::{
    collection::{
        CollectionPosition, CollectionRow, collection_count, collections_by_ids, collections_by_products,
        collections_by_slugs, collections_page,
    },
    listing::{Position, SortKey},
};
use uuid::Uuid;

batch!(
    /// Collections.
    CollectionById, "collection", Uuid => Arc<CollectionRow>, |_| 1,
    |source, keys| Ok(by_id(collections_by_ids(&source.db, keys).await?, |row| row.id))
);
cached!(CollectionById as Collection;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.collection(*id); });
batch!(
    /// Collections by the part of their address.
    CollectionBySlug, "collectionBySlug", String => Arc<CollectionRow>, |_| 1,
    |source, keys| {
        let rows = collections_by_slugs(&source.db, keys).await?;
        Ok(rows.into_iter().map(|row| (row.slug.clone(), Arc::new(row))).collect())
    }
);
cached!(CollectionBySlug as Collection;
    key(source, slug, out) { write!(out, "{slug}") }
    tags(source, slug, tags) { tags.collection_slug(slug); }
    found(row, tags) { tags.collection(row.id); });
batch!(
    /// Collections that hold a product.
    CollectionsOf, "collections", Uuid => Arc<Vec<CollectionRow>>, |list| list.len(),
    |source, keys| Ok(shared(collections_by_products(&source.db, keys).await?))
);
cached!(CollectionsOf as Collection;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.product(*id); }
    found(list, tags) { list.iter().for_each(|row| tags.collection(row.id)); });
batch!(
    /// Pages of all collections.
    CollectionPages, "collectionPage", CollectionPage => Arc<Vec<CollectionRow>>, |list| list.len(),
    |source, keys| {
        let mut loaded = Loaded::default();
        for page in keys {
            let rows = collections_page(&source.db, page.from, page.backwards, page.limit).await?;
            loaded.insert(page, Arc::new(rows));
        }
        Ok(loaded)
    }
);
cached!(CollectionPages as Collection;
    key(source, page, out) { write!(out, "{page:?}") }
    tags(source, _page, tags) { tags.collections(); });
batch!(
    /// How many collections the shop has.
    CollectionCount, "collectionCount" leaf: true, () => i64, |_| 1,
    |source, _keys| Ok([((), collection_count(&source.db).await?)].into_iter().collect())
);
cached!(CollectionCount as Collection;
    key(source, (), out) { write!(out, "all") }
    tags(source, (), tags) { tags.collections(); });

/// A page of all collections, in the order of its statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CollectionPage {
    from: Option<CollectionPosition>,
    backwards: bool,
    limit: u32,
}

/// A named set of products, hand-picked or kept by rules.
#[derive(Clone)]
pub struct Collection(pub(crate) SharedRow<CollectionRow>);

impl Collection {
    pub(crate) fn single(row: Arc<CollectionRow>) -> Self {
        Self(SharedRow::single(row.as_ref().clone()))
    }

    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        Ok(ctx.request().loaders.collection_by_id().load(id).await.map_err(load)?.map(Self::single))
    }

    fn cursor(&self) -> String {
        let position = Position { key: SortKey::Number(self.0.position.into()), id: self.0.id };
        cursor::encode(fingerprint(), &position)
    }
}

/// A named set of products, hand-picked or kept by rules.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Collection::DECISION))]
impl Collection {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Collection, self.0.id))
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
    async fn description_html(&self) -> &str {
        &self.0.description_html
    }
    /// Its products.
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

/// A page of the shop's collections, in display order.
pub struct CollectionConnection {
    rows: Vec<Collection>,
    has_next: bool,
    has_previous: bool,
}

edge!(CollectionEdge, Collection, "collections");

fn fingerprint() -> Fingerprint {
    Fingerprint::of(&"collections in display order")
}

/// A page of the shop's collections, in display order.
#[Object(crate = "crate::execution", directive = CacheControl::apply(CollectionConnection::DECISION))]
impl CollectionConnection {
    /// The collections with their cursors.
    async fn edges(&self) -> Vec<CollectionEdge> {
        self.rows.iter().map(|row| CollectionEdge { cursor: row.cursor(), node: row.clone() }).collect()
    }
    /// The collections.
    async fn nodes(&self) -> &[Collection] {
        &self.rows
    }
    /// Where the page lies.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.rows.first().map(Collection::cursor),
            end_cursor: self.rows.last().map(Collection::cursor),
        }
    }
    /// All collections of the shop.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.request().loaders.collection_count().load(()).await.map_err(load)?.unwrap_or(0))
    }
}

fn position(argument: &str, cursor: &str) -> Result<CollectionPosition> {
    let foreign =
        || error(Code::BadCursor, format!("`{argument}` is not a cursor of collections: start again without it"));
    match cursor::decode(argument, cursor, fingerprint())? {
        Position { key: SortKey::Number(position), id } => {
            Ok(CollectionPosition { position: i32::try_from(position).map_err(|_| foreign())?, id })
        }
        _ => Err(foreign()),
    }
}

/// Queries of collections.
#[derive(Default)]
pub struct CollectionQuery;

#[Object(crate = "crate::execution")]
impl CollectionQuery {
    /// One collection, by slug or by id; null when there is none.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Part of the address.")] slug: Option<String>,
        #[graphql(desc = "Opaque id.")] id: Option<ID>,
    ) -> Result<Option<Collection>> {
        match (slug, id) {
            (Some(slug), None) => {
                let row = ctx.request().loaders.collection_by_slug().load(slug).await.map_err(load)?;
                Ok(row.map(Collection::single))
            }
            (None, Some(id)) => Collection::load(ctx, crate::node::typed_id("id", &id, NodeKind::Collection)?).await,
            _ => Err(bad_input("`collection` needs exactly one of `slug` and `id`")),
        }
    }

    /// The shop's collections, in display order.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn collections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size from the start, 1 to 100; 20 when neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only collections behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Page size from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only collections before this cursor.")] before: Option<String>,
    ) -> Result<CollectionConnection> {
        let page = page_size(first, last)?;
        if before.is_some() && after.is_some() {
            return Err(bad_input("`after` and `before` together are not supported here: give one of them"));
        }
        let from = match (after.as_deref(), before.as_deref()) {
            (Some(cursor), _) if !page.backwards => Some(position("after", cursor)?),
            (_, Some(cursor)) if page.backwards => Some(position("before", cursor)?),
            (None, None) => None,
            _ => return Err(bad_input("`first` goes with `after`, and `last` with `before`")),
        };
        let asked = CollectionPage { from, backwards: page.backwards, limit: page.size + 1 };
        let loaded = ctx.request().loaders.collection_pages().load(asked).await.map_err(load)?.unwrap_or_default();
        let more = loaded.len() > page.size as usize;
        let mut rows: Vec<_> = SharedRow::rows(&loaded, page.size as usize).map(Collection).collect();
        if page.backwards {
            rows.reverse();
        }
        let (has_next, has_previous) = if page.backwards { (from.is_some(), more) } else { (more, from.is_some()) };
        Ok(CollectionConnection { rows, has_next, has_previous })
    }
}

direct!(Collection {
    "id" => !id,
    "slug" => !slug,
    "title" => !title,
    "descriptionHtml" => !description_html,
    "products" => products("first", "after", "last", "before", "filter", "sort", "search"),
});
// The count is no batch.
direct!(CollectionConnection { "edges" => edges, "nodes" => nodes, "pageInfo" => page_info, });
direct!(CollectionQuery {});
governed! {
    CATALOG => Collection;
    Decision::Part => CollectionConnection, CollectionQuery;
}
