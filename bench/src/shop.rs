//! What every request shares: the default channel.
use crate::Failure;
use tokio_postgres::Client;
use tradewind_domain::{currency::Currency, money::Money};
use uuid::Uuid;

/// The default channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shop {
    pub(crate) channel: Uuid,
    pub(crate) currency: Currency,
}

impl Shop {
    pub(crate) async fn read(client: &Client) -> Result<Self, Failure> {
        let row = client
            .query_opt("SELECT id, currency FROM channels WHERE is_default", &[])
            .await?
            .ok_or("the database has no default channel: run `tradewind seed` on it first")?;
        Ok(Self { channel: row.try_get(0)?, currency: Currency::parse(row.try_get(1)?)? })
    }

    pub(crate) fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}
