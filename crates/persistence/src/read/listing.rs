//! Product lists: one index range per list, narrowed by filters and search, a page at a time in either direction.
use super::{
    Scope, group,
    listing_sql::Builder,
    product::{ProductColumns, ProductRow},
    search::SearchQuery,
};
use crate::{
    Db, DbError,
    row::{Decode, heap, row},
    sql::fetch_text,
};
use chrono::{DateTime, Utc};
use get_size2::{GetSize, GetSizeTracker};
use sea_orm::sqlx::{self, sqlite::SqliteRow};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::HashMap};
use tradewind_domain::listing::{ProductFilter, ProductSort};
use uuid::Uuid;

/// Which products a list is about.
#[derive(Clone, Debug)]
pub enum Within {
    /// All of the channel.
    Channel,
    /// Those of each category (with its descendants) or collection: one list for each id.
    Scopes(Vec<Uuid>),
}

/// What a list shows, apart from the page.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListQuery {
    /// What products must fulfil.
    pub filter: ProductFilter,
    /// What they must say.
    pub search: Option<SearchQuery>,
    /// In which order; RELEVANCE without a search is BEST_SELLING.
    pub sort: ProductSort,
}

/// A product's place in one order; what a cursor holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The value that the list is sorted by.
    pub key: SortKey,
    /// Decides between equal values.
    pub id: Uuid,
}

heap!(Position: key);

/// The value that a list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortKey {
    /// Price, rating, units sold, relevance.
    Number(i64),
    /// Folded title.
    Text(String),
    /// Publication.
    Time(#[serde(with = "chrono::serde::ts_microseconds")] DateTime<Utc>),
}

impl GetSize for SortKey {
    fn get_heap_size_with_tracker<T: GetSizeTracker>(&self, tracker: T) -> (usize, T) {
        let Self::Text(text) = self else { return (0, tracker) };
        text.get_heap_size_with_tracker(tracker)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListPage {
    /// How many rows at most, up to 101; the caller asks for one more than it shows.
    pub limit: u32,
    /// Only rows behind this position (before it when backwards).
    pub after: Option<Position>,
    /// Only rows before this position (behind it when backwards).
    pub until: Option<Position>,
    /// From the end; rows still come in list order.
    pub backwards: bool,
}

/// A listed product and its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The list that it is in: the channel's id or the scope's.
    pub within: Uuid,
    /// The product.
    pub product: ProductRow,
    /// Its place in the order.
    pub position: Position,
}

row! {
    /// Where a listed product stands.
    struct Place {
        within: Uuid,
        number: i64,
        text: String,
    }
}
const PLACE_COLUMNS: usize = 3;

struct ListedRow {
    place: Place,
    product: ProductRow,
}

impl Decode for ListedRow {
    fn from_pg(row: &tokio_postgres::Row, first: usize) -> Result<Self, tokio_postgres::Error> {
        Ok(Self { place: Place::from_pg(row, first)?, product: ProductRow::from_pg(row, first + PLACE_COLUMNS)? })
    }

    fn from_sqlite(row: &SqliteRow, first: usize) -> Result<Self, sqlx::Error> {
        Ok(Self {
            place: Place::from_sqlite(row, first)?,
            product: ProductRow::from_sqlite(row, first + PLACE_COLUMNS)?,
        })
    }
}

impl ListQuery {
    /// The order that is really used.
    pub fn effective_sort(&self) -> ProductSort {
        match self.sort {
            ProductSort::Relevance if self.search.is_none() => ProductSort::BestSelling,
            sort => sort,
        }
    }
}

/// One page of each list, in list order.
pub async fn list_products(
    db: &Db,
    scope: Scope,
    within: &Within,
    query: &ListQuery,
    page: &ListPage,
    columns: ProductColumns,
) -> Result<HashMap<Uuid, Vec<Listed>>, DbError> {
    // The descriptions of a page of products are read behind it: few lists show them.
    let columns = columns.min(ProductColumns::Details);
    let (text, args) = Builder::new(db.backend(), scope, within, query).page(page, columns.sql());
    let rows: Vec<ListedRow> = fetch_text(db, "product list", Cow::Owned(text), args).await?;
    let sort = query.effective_sort();
    let listed = rows.into_iter().map(|ListedRow { place, product }| {
        let key = match sort {
            ProductSort::Title => SortKey::Text(place.text),
            ProductSort::Newest => SortKey::Time(product.published_at),
            _ => SortKey::Number(place.number),
        };
        Listed { within: place.within, position: Position { key, id: product.id }, product }
    });
    let mut lists = group(listed, |row| row.within);
    if page.backwards {
        lists.values_mut().for_each(|list| list.reverse());
    }
    Ok(lists)
}

row! {
    /// How long one list is.
    pub struct ListCount {
        /// The channel's id or the scope's.
        pub within: Uuid,
        /// Products in it.
        pub count: i64,
    }
}

/// How many products each list has; an empty list is absent.
pub async fn count_products(
    db: &Db,
    scope: Scope,
    within: &Within,
    query: &ListQuery,
) -> Result<HashMap<Uuid, i64>, DbError> {
    let (text, args) = Builder::new(db.backend(), scope, within, query).count();
    let rows: Vec<ListCount> = fetch_text(db, "product count", Cow::Owned(text), args).await?;
    Ok(rows.into_iter().map(|row| (row.within, row.count)).collect())
}
