//! Channels.
use crate::{
    Db, DbError,
    row::row,
    sql::{Arg, Sql},
};
use tradewind_domain::currency::Currency;
use uuid::Uuid;

row! {
    /// A channel as requests need it.
    pub struct ChannelRow {
        /// Row id.
        pub id: Uuid,
        /// What the header names.
        pub code: String,
        /// For people.
        pub name: String,
        /// ISO 4217 code.
        pub currency: String,
        /// BCP 47 tag.
        pub default_locale: String,
        /// Whether prices include tax.
        pub tax_inclusive: bool,
        /// Answers requests that name no channel.
        pub is_default: bool,
    }
}

impl ChannelRow {
    /// The currency of every price in the channel.
    pub fn currency(&self) -> Result<Currency, DbError> {
        Currency::parse(&self.currency).map_err(|error| {
            DbError::Setup(format!("channel {}: {error} (table channels, column currency)", self.code))
        })
    }
}

static ALL: Sql = Sql::new(
    "channels",
    "SELECT id, code, name, currency, default_locale, tax_inclusive, is_default FROM channels
     ORDER BY is_default DESC, code LIMIT $1",
);

/// Every channel, the default first; at most 1,000.
pub async fn all_channels(db: &Db) -> Result<Vec<ChannelRow>, DbError> {
    ALL.fetch(db, vec![Arg::Int(1000)]).await
}
