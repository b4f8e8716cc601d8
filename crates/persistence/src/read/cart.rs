//! Carts with their lines. Never cached. Whether a client may see one is [`StoredCart::is_open_to`]'s decision.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
    write::StoredCart,
};
use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use uuid::Uuid;

row! {
    #[derive(FromQueryResult)]
    pub(crate) struct CartRow {
        pub(crate) id: Uuid,
        pub(crate) channel_id: Uuid,
        pub(crate) customer_id: Option<Uuid>,
        pub(crate) token_hash: String,
        pub(crate) version: i64,
        pub(crate) note: String,
        /// A JSON object of texts.
        pub(crate) attributes: String,
        /// A JSON list of texts.
        pub(crate) codes: String,
        /// A JSON list of ids.
        pub(crate) gift_cards: String,
        pub(crate) bought_at: Option<DateTime<Utc>>,
        pub(crate) created_at: DateTime<Utc>,
        pub(crate) updated_at: DateTime<Utc>,
        pub(crate) expires_at: DateTime<Utc>,
        /// A JSON list of lists: id, variant, quantity, attributes (again a JSON text), price.
        pub(crate) lines: String,
    }
}

/// A cart and its lines are of one moment, because one statement reads both.
macro_rules! carts {
    ($lines:literal, $rest:literal) => {
        concat!(
            "SELECT c.id, c.channel_id, c.customer_id, c.token_hash, c.version, c.note, c.attributes, c.codes, \
             c.gift_cards, c.bought_at, c.created_at, c.updated_at, c.expires_at, ",
            $lines,
            " AS lines FROM carts c ",
            $rest
        )
    };
}

macro_rules! on_postgres {
    ($rest:literal) => {
        carts!(
            "(SELECT coalesce(json_agg(json_build_array(l.id, l.variant_id, l.quantity, l.attributes, l.seen_price) \
             ORDER BY l.position, l.id), '[]')::text FROM cart_lines l WHERE l.cart_id = c.id)",
            $rest
        )
    };
}

macro_rules! on_sqlite {
    ($rest:literal) => {
        carts!(
            "(SELECT json_group_array(json_array(hex(l.id), hex(l.variant_id), l.quantity, l.attributes, l.seen_price) \
             ORDER BY l.position, l.id) FROM cart_lines l WHERE l.cart_id = c.id)",
            $rest
        )
    };
}

/// On PostgreSQL and on SQLite.
pub(crate) const BY_IDS: [&str; 2] = [on_postgres!("WHERE c.id {ids 1}"), on_sqlite!("WHERE c.id {ids 1}")];

static CARTS: Sql = Sql::by_database("carts", BY_IDS[0], BY_IDS[1]);
static OF_CUSTOMERS: Sql = Sql::by_database(
    "carts by customer",
    on_postgres!("WHERE c.customer_id {ids 1} AND c.channel_id = $2 AND c.bought_at IS NULL AND c.expires_at > $3"),
    on_sqlite!("WHERE c.customer_id {ids 1} AND c.channel_id = $2 AND c.bought_at IS NULL AND c.expires_at > $3"),
);

fn stored(rows: Vec<CartRow>) -> Result<Vec<StoredCart>, DbError> {
    rows.into_iter().map(StoredCart::try_from).collect()
}

static OF_CUSTOMER: Sql = Sql::by_database(
    "carts of a customer",
    on_postgres!("WHERE c.customer_id = $1"),
    on_sqlite!("WHERE c.customer_id = $1"),
);

/// Carts by id, in no order: anybody's, and also bought and expired ones.
pub async fn carts_by_ids(db: &Db, ids: Vec<Uuid>) -> Result<Vec<StoredCart>, DbError> {
    stored(CARTS.fetch(db, vec![Arg::Ids(ids)]).await?)
}

/// The carts that customers have in a channel now, at most one each, in no order.
pub async fn carts_of_customers(
    db: &Db,
    channel_id: Uuid,
    customers: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<Vec<StoredCart>, DbError> {
    stored(OF_CUSTOMERS.fetch(db, vec![Arg::Ids(customers), Arg::Id(channel_id), Arg::Time(now)]).await?)
}

/// All that the shop has of a customer's carts, also bought and expired ones, in no order.
pub async fn all_carts_of_customer(db: &Db, customer_id: Uuid) -> Result<Vec<StoredCart>, DbError> {
    stored(OF_CUSTOMER.fetch(db, vec![Arg::Id(customer_id)]).await?)
}
