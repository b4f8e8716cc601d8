//! What a shopper may mean while typing.
use super::{Scope, category::CategoryRow, collection::CollectionRow};
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use tradewind_domain::slug::slugify;

row! {
    /// A word of the vocabulary.
    pub struct TermRow {
        /// The word.
        pub term: String,
        /// In how many products.
        pub uses: i64,
    }
}

// The most used words first, then only those that a visible product has: a word of what is not published yet would
// give it away. Four times as many candidates as wanted, so that the check stays cheap.
static COMPLETIONS: Sql = Sql::by_database(
    "search completions",
    "SELECT term, uses FROM (SELECT term, uses FROM search_terms
       WHERE term >= $1 AND term < $1 || U&'\\+10FFFF' AND uses > 0 ORDER BY uses DESC, term LIMIT $2 * 4) t
     WHERE EXISTS (SELECT 1 FROM product_search d JOIN listings l ON l.product_id = d.product_id AND l.channel_id = $3
       WHERE d.document @@ to_tsquery('simple', '''' || t.term || ''':AB') AND l.published_at <= $4)
     ORDER BY uses DESC, term LIMIT $2",
    "SELECT term, uses FROM (SELECT term, uses FROM search_terms
       WHERE term >= $1 AND term < $1 || char(1114111) AND uses > 0 ORDER BY uses DESC, term LIMIT $2 * 4) t
     WHERE EXISTS (SELECT 1 FROM product_search JOIN product_search_documents d ON d.document_id = product_search.rowid
       JOIN listings l ON l.product_id = d.product_id AND l.channel_id = $3
       WHERE product_search MATCH 'title : \"' || t.term || '\" OR keywords : \"' || t.term || '\"'
         AND l.published_at <= $4)
     ORDER BY uses DESC, term LIMIT $2",
);

/// Words of visible products that begin with `beginning` (already folded), the most used first.
pub async fn completions(db: &Db, scope: Scope, beginning: &str, limit: u32) -> Result<Vec<TermRow>, DbError> {
    let args =
        vec![Arg::Text(beginning.to_owned()), Arg::Int(limit.into()), Arg::Id(scope.channel_id), Arg::Time(scope.now)];
    COMPLETIONS.fetch(db, args).await
}

static COLLECTIONS: Sql = Sql::new(
    "collections by text",
    "SELECT id, slug, title, description_html, position FROM collections WHERE slug LIKE $1 ORDER BY position, id LIMIT $2",
);

/// Collections whose name contains the text.
pub async fn collections_like(db: &Db, text: &str, limit: u32) -> Result<Vec<CollectionRow>, DbError> {
    COLLECTIONS.fetch(db, vec![Arg::Text(pattern(text)), Arg::Int(limit.into())]).await
}

static CATEGORIES: Sql = Sql::new(
    "categories by text",
    "SELECT id, parent_id, slug, name FROM categories WHERE slug LIKE $1 ORDER BY position, name, id LIMIT $2",
);

/// Categories whose name contains the text.
pub async fn categories_like(db: &Db, text: &str, limit: u32) -> Result<Vec<CategoryRow>, DbError> {
    CATEGORIES.fetch(db, vec![Arg::Text(pattern(text)), Arg::Int(limit.into())]).await
}

/// Slugs hold letters, digits and hyphens: nothing in the pattern needs an escape.
fn pattern(text: &str) -> String {
    format!("%{}%", slugify(text))
}
