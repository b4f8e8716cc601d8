//! Channels and the warehouses that they sell from.
use super::{
    Conn, WriteTx,
    availability::refresh_all_availability,
    bulk::{Conflict, insert},
    micros,
};
use crate::{
    DbError,
    entity::{channel, channel_warehouse},
    sql::Arg,
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};
use tradewind_domain::{channel::Channel, currency::Currency};
use uuid::Uuid;

/// Every channel with its warehouses, the default first.
pub async fn load_channels(conn: Conn<'_>) -> Result<Vec<Channel>, DbError> {
    let rows: Vec<channel::Model> = conn.all("SELECT * FROM channels", vec![]).await?;
    let mut warehouses = load_links(conn).await?;
    let mut channels = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = Currency::parse(&row.currency).map_err(|error| {
            DbError::Setup(format!("channel {}: {error} (table channels, column currency)", row.code))
        })?;
        channels.push(Channel {
            id: row.id,
            code: row.code,
            name: row.name,
            currency,
            default_locale: row.default_locale,
            tax_inclusive: row.tax_inclusive,
            is_default: row.is_default,
            warehouse_ids: warehouses.remove(&row.id).unwrap_or_default(),
        });
    }
    channels.sort_by(|a, b| b.is_default.cmp(&a.is_default).then_with(|| a.code.cmp(&b.code)));
    Ok(channels)
}

async fn load_links(conn: Conn<'_>) -> Result<HashMap<Uuid, Vec<Uuid>>, DbError> {
    let text = "SELECT * FROM channel_warehouses ORDER BY channel_id, warehouse_id";
    let mut links: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in conn.all::<channel_warehouse::Model>(text, vec![]).await? {
        links.entry(row.channel_id).or_default().push(row.warehouse_id);
    }
    Ok(links)
}

/// Inserts or replaces by id, with the channel's warehouses. A default among them takes over from the old one. Where a
/// channel sells from other warehouses than before, the availability of every listing is computed again.
pub async fn save_channels(tx: &WriteTx, channels: &[Channel], now: DateTime<Utc>) -> Result<(), DbError> {
    let ids: Vec<Uuid> = channels.iter().map(|channel| channel.id).collect();
    let before = load_links(tx.into()).await?;
    if let Some(default) = channels.iter().find(|channel| channel.is_default) {
        let text = "UPDATE channels SET is_default = false WHERE is_default AND id <> $1";
        tx.execute(text, vec![Arg::Id(default.id)]).await?;
    }
    let mut rows: Vec<channel::Model> = channels.iter().map(|channel| channel_row(channel, now)).collect();
    rows.sort_by_key(|row| row.id);
    insert(tx, rows, Conflict::ReplaceBut(&[channel::Column::CreatedAt])).await?;
    tx.execute("DELETE FROM channel_warehouses WHERE channel_id {ids 1}", vec![Arg::Ids(ids)]).await?;
    insert(tx, links(channels), Conflict::Refuse).await?;
    let moved = |channel: &Channel| {
        let old: BTreeSet<&Uuid> = before.get(&channel.id).into_iter().flatten().collect();
        old != channel.warehouse_ids.iter().collect()
    };
    if channels.iter().any(moved) {
        refresh_all_availability(tx).await?;
    }
    Ok(())
}

fn channel_row(channel: &Channel, now: DateTime<Utc>) -> channel::Model {
    channel::Model {
        id: channel.id,
        code: channel.code.clone(),
        name: channel.name.clone(),
        currency: channel.currency.code().to_owned(),
        default_locale: channel.default_locale.clone(),
        tax_inclusive: channel.tax_inclusive,
        is_default: channel.is_default,
        created_at: micros(now),
    }
}

fn links(channels: &[Channel]) -> Vec<channel_warehouse::Model> {
    let pairs: BTreeSet<(Uuid, Uuid)> =
        channels.iter().flat_map(|channel| channel.warehouse_ids.iter().map(|id| (channel.id, *id))).collect();
    pairs.into_iter().map(|(channel_id, warehouse_id)| channel_warehouse::Model { channel_id, warehouse_id }).collect()
}
