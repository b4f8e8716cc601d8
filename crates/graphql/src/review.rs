//! Reviews and their authors.
use crate::{
    cached::cached,
    context::Request as _,
    cursor::{self, Fingerprint},
    error::{Code, database, error, load},
    execution::direct,
    loaders::{batch, by_id},
    page::{PageInfo, edge, page_size},
    policy::{CATALOG, CacheControl, Decision, Governed as _, governed},
    product::Product,
    shared_row::SharedRow,
};
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use std::{collections::HashMap, sync::Arc};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_loader::Loaded;
use tradewind_persistence::{
    DbError,
    read::{
        ChildPage,
        customer::{AuthorRow, authors_by_ids},
        listing::{Position, SortKey},
        review::{ReviewPosition, ReviewRow, review_pages, reviews_by_ids},
    },
};
use uuid::Uuid;

/// A page of one product's reviews.
pub(crate) type ReviewPage = ChildPage<ReviewPosition>;

batch!(
    /// Pages of reviews, one statement for all products that ask for the same page.
    ReviewsOf, "reviews", ReviewPage => Arc<Vec<ReviewRow>>, |list| list.len(),
    |source, keys| {
        let mut loaded = Loaded::default();
        for (page, parents) in by_page(keys) {
            let mut pages = review_pages(&source.db, page, parents.clone()).await?;
            loaded.extend(parents.into_iter().map(|parent| {
                (ChildPage { parent, ..page }, Arc::new(pages.remove(&parent).unwrap_or_default()))
            }));
        }
        Ok(loaded)
    }
);
cached!(ReviewsOf as Review;
    key(source, page, out) { write!(out, "{}:{}:{:?}", page.parent, page.first, page.after) }
    tags(source, page, tags) { tags.reviews(page.parent); });
batch!(
    /// Reviews of visible products.
    ReviewById, "reviewById", Uuid => Arc<ReviewRow>, |_| 1,
    |source, keys| Ok(by_id(reviews_by_ids(&source.db, source.scope, keys).await?, |row| row.id))
);
cached!(ReviewById as Review, until: publication, absent: never;
    key(source, id, out) { write!(out, "{id}:{}", source.scope.channel_id) }
    tags(source, id, tags) { tags.review(*id); }
    found(row, tags) { tags.product(row.product_id); });
batch!(
    /// Authors of reviews.
    AuthorById, "author", Uuid => Arc<AuthorRow>, |_| 1,
    |source, keys| Ok(by_id(authors_by_ids(&source.db, keys).await?, |row| row.id))
);
cached!(AuthorById as ReviewAuthor;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.customer(*id); });

/// The parents that ask for the same page.
pub(crate) fn by_page<C: Copy + Eq + std::hash::Hash>(keys: Vec<ChildPage<C>>) -> HashMap<ChildPage<C>, Vec<Uuid>> {
    let mut pages: HashMap<ChildPage<C>, Vec<Uuid>> = HashMap::new();
    for key in keys {
        pages.entry(ChildPage { parent: Uuid::nil(), ..key }).or_default().push(key.parent);
    }
    pages
}

/// A customer's opinion of a product.
#[derive(Clone)]
pub struct Review(pub(crate) SharedRow<ReviewRow>);

impl Review {
    pub(crate) fn single(row: Arc<ReviewRow>) -> Self {
        Self(SharedRow::single(row.as_ref().clone()))
    }
}

/// A customer's opinion of a product.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Review::DECISION))]
impl Review {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Review, self.0.id))
    }
    /// Stars, 1 to 5.
    async fn rating(&self) -> i32 {
        self.0.rating
    }
    /// One line; may be empty.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Plain text; may be empty.
    async fn body(&self) -> &str {
        &self.0.body
    }
    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<ReviewAuthor> {
        let row = ctx.request().loaders.author_by_id().load(self.0.customer_id).await.map_err(load)?;
        row.map(ReviewAuthor).ok_or_else(|| database(DbError::Setup("a review without its author".to_owned())))
    }
    /// The author bought the product here.
    async fn verified_purchase(&self) -> bool {
        self.0.verified_purchase
    }
    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// What it is about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        let row = ctx.request().loaders.product_by_id().load(self.0.product_id).await.map_err(load)?;
        Ok(row.map(Product))
    }
}

/// The author of a review, as other shoppers see them.
pub struct ReviewAuthor(Arc<AuthorRow>);

/// The author of a review, as other shoppers see them.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ReviewAuthor::DECISION))]
impl ReviewAuthor {
    /// The name that the author chose to show.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }
}

/// A page of a product's reviews, newest first.
pub struct ReviewConnection {
    rows: Vec<Review>,
    total: i64,
    has_next: bool,
    has_previous: bool,
}

edge!(ReviewEdge, Review, "reviews");

fn fingerprint() -> Fingerprint {
    Fingerprint::of(&"reviews, newest first")
}

fn cursor_of(review: &Review) -> String {
    let position = Position { key: SortKey::Time(review.0.created_at), id: review.0.id };
    cursor::encode(fingerprint(), &position)
}

impl ReviewConnection {
    pub(crate) async fn load(
        ctx: &Context<'_>,
        product_id: Uuid,
        total: i64,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self> {
        let size = page_size(first, None)?.size;
        let position = after.as_deref().map(review_position).transpose()?;
        let page = ChildPage { parent: product_id, first: size + 1, after: position };
        let list = ctx.request().loaders.reviews_of().load(page).await.map_err(load)?.unwrap_or_default();
        Ok(Self {
            rows: SharedRow::rows(&list, size as usize).map(Review).collect(),
            total,
            has_next: list.len() > size as usize,
            has_previous: after.is_some(),
        })
    }
}

fn review_position(cursor: &str) -> Result<ReviewPosition> {
    match cursor::decode("after", cursor, fingerprint())? {
        Position { key: SortKey::Time(created_at), id } => Ok(ReviewPosition { created_at, id }),
        _ => Err(error(Code::BadCursor, "`after` is not a cursor of reviews: start again without it")),
    }
}

/// A page of a product's reviews, newest first.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ReviewConnection::DECISION))]
impl ReviewConnection {
    /// The reviews with their cursors.
    async fn edges(&self) -> Vec<ReviewEdge> {
        self.rows.iter().map(|review| ReviewEdge { cursor: cursor_of(review), node: review.clone() }).collect()
    }
    /// The reviews.
    async fn nodes(&self) -> &[Review] {
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
    /// All reviews of the product.
    async fn total_count(&self) -> i64 {
        self.total
    }
}

direct!(Review {
    "id" => !id,
    "rating" => !rating,
    "title" => !title,
    "body" => !body,
    "author" => author,
    "verifiedPurchase" => !verified_purchase,
    "createdAt" => !created_at,
    "product" => product,
});
direct!(ReviewAuthor { "displayName" => !display_name, });
direct!(ReviewConnection { "edges" => edges, "nodes" => nodes, "pageInfo" => page_info, "totalCount" => total_count, });
governed! {
    CATALOG => Review, ReviewAuthor;
    Decision::Part => ReviewConnection;
}
