//! Tax rates and places of channels as staff look for them.
use super::{ChannelPlace, Conn, WriteTx, checkout::damaged, tax_rate::Row};
use crate::{DbError, sql::Arg};
use sea_orm::FromQueryResult;
use tradewind_domain::{country::Country, tax_table::TaxRule};
use uuid::Uuid;

macro_rules! rates {
    ($rest:literal) => {
        concat!("SELECT id, layer, country, region, postal_prefix, category, name, rate_ppm FROM tax_rates ", $rest)
    };
}

/// Rules before this one, the newest first, at most so many; of one country only, where it is given.
pub async fn tax_rules_page(
    conn: Conn<'_>,
    country: Option<Country>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<TaxRule>, DbError> {
    let mut args = vec![Arg::Id(before.unwrap_or(Uuid::max())), Arg::Int(limit.into())];
    let text = match country {
        None => rates!("WHERE id < $1 ORDER BY id DESC LIMIT $2"),
        Some(country) => {
            args.push(Arg::Text(country.code().to_owned()));
            rates!("WHERE country = $3 AND id < $1 ORDER BY id DESC LIMIT $2")
        }
    };
    let rows: Vec<Row> = conn.all(text, args).await?;
    rows.into_iter().map(Row::rule).collect()
}

/// The rule of the id.
pub async fn tax_rule_by_id(conn: Conn<'_>, id: Uuid) -> Result<Option<TaxRule>, DbError> {
    let rows: Vec<Row> = conn.all(rates!("WHERE id = $1"), vec![Arg::Id(id)]).await?;
    rows.into_iter().next().map(Row::rule).transpose()
}

/// The rule of the id, locked until the end of the transaction.
pub async fn lock_tax_rule(tx: &WriteTx, id: Uuid) -> Result<Option<TaxRule>, DbError> {
    let rows: Vec<Row> = Conn::from(tx).all_locked(rates!("WHERE id = $1"), vec![Arg::Id(id)]).await?;
    rows.into_iter().next().map(Row::rule).transpose()
}

#[derive(FromQueryResult)]
struct PlaceRow {
    channel_id: Uuid,
    country: String,
    region: String,
    postal_code: String,
}

/// Where channels sell to until an address is known; those that have such a place.
pub async fn channel_places(conn: Conn<'_>) -> Result<Vec<ChannelPlace>, DbError> {
    let text = "SELECT channel_id, country, region, postal_code FROM channel_places ORDER BY channel_id";
    let rows: Vec<PlaceRow> = conn.all(text, vec![]).await?;
    let read = |row: PlaceRow| {
        let country = Country::parse(&row.country).map_err(|_| damaged("channel_places.country"))?;
        let PlaceRow { channel_id, region, postal_code, .. } = row;
        Ok(ChannelPlace { channel_id, country, region, postal_code })
    };
    rows.into_iter().map(read).collect()
}

/// The channel shows no tax any more before an address is known.
pub async fn delete_channel_place(tx: &WriteTx, channel_id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM channel_places WHERE channel_id = $1", vec![Arg::Id(channel_id)]).await?;
    Ok(())
}
