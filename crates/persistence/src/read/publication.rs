//! What a channel will show without anybody writing: products with a time of publication that is still to come.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// As many moments as are read at once.
pub const MOST_PUBLICATIONS: usize = 256;

row! {
    /// A moment at which a channel shows more.
    pub struct Publication {
        /// When.
        pub at: DateTime<Utc>,
    }
}

static NEXT: Sql = Sql::new(
    "next publications",
    "SELECT DISTINCT published_at FROM listings WHERE channel_id = $1 AND published_at > $2
     ORDER BY published_at LIMIT 256",
);

/// The next moments after `now` at which the channel shows more, the nearest first, at most [`MOST_PUBLICATIONS`].
pub async fn next_publications(db: &Db, channel: Uuid, now: DateTime<Utc>) -> Result<Vec<Publication>, DbError> {
    NEXT.fetch(db, vec![Arg::Id(channel), Arg::Time(now)]).await
}
