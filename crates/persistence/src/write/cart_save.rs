//! Writing a cart: its row, and those of its lines that differ.
use super::{StoredCart, WriteTx, micros};
use crate::{
    DbError,
    sql::{Arg, id_value, rows, time_value},
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use tradewind_domain::cart::CartLine;
use uuid::Uuid;

fn row(it: &StoredCart) -> Value {
    let cards: Vec<String> = it.gift_card_ids.iter().map(Uuid::to_string).collect();
    json!([
        id_value(it.id),
        id_value(it.channel_id),
        it.customer_id.map(id_value),
        it.token_hash,
        it.version,
        it.cart.note,
        json!(it.cart.attributes).to_string(),
        json!(it.cart.codes).to_string(),
        json!(cards).to_string(),
        it.bought_at.map(|time| time_value(micros(time))),
        time_value(micros(it.created_at)),
        time_value(micros(it.updated_at)),
        time_value(micros(it.expires_at)),
    ])
}

/// Behind all lines of earlier versions.
fn position(cart: &StoredCart, index: i64) -> i64 {
    cart.version * MOST_LINES + index
}

/// More than a cart ever has.
const MOST_LINES: i64 = 1 << 16;

fn line_row(cart: &StoredCart, index: i64, line: &CartLine) -> Value {
    json!([
        id_value(line.id),
        id_value(cart.id),
        position(cart, index),
        id_value(line.variant_id),
        line.quantity,
        json!(line.attributes).to_string(),
        line.seen_price,
    ])
}

const INSERT: &str = "INSERT INTO carts (id, channel_id, customer_id, token_hash, version, note, attributes, codes,
        gift_cards, bought_at, created_at, updated_at, expires_at)
    SELECT {uuid 0}, {uuid 1}, {uuid 2}, {text 3}, {bigint 4}, {text 5}, {text 6}, {text 7}, {text 8}, {time 9}, {time 10},
        {time 11}, {time 12}
    FROM {rows 1}";

const SAVE: &str =
    "UPDATE carts SET customer_id = {uuid 2}, token_hash = {text 3}, version = {bigint 4}, note = {text 5},
        attributes = {text 6}, codes = {text 7}, gift_cards = {text 8}, bought_at = {time 9}, updated_at = {time 11},
        expires_at = {time 12}
    FROM {rows 1} WHERE carts.id = {uuid 0}";

/// A line keeps its place, unless it comes from another cart (which is then deleted).
const LINES: &str = "INSERT INTO cart_lines (id, cart_id, position, variant_id, quantity, attributes, seen_price)
    SELECT {uuid 0}, {uuid 1}, {bigint 2}, {uuid 3}, CAST({bigint 4} AS integer), {text 5}, {bigint 6}
    FROM {rows 1} WHERE true
    ON CONFLICT (id) DO UPDATE SET cart_id = excluded.cart_id, quantity = excluded.quantity,
        attributes = excluded.attributes, seen_price = excluded.seen_price,
        position = CASE WHEN cart_lines.cart_id = excluded.cart_id THEN cart_lines.position ELSE excluded.position END";

const REMOVED: &str = "DELETE FROM cart_lines WHERE id {ids 1}";

/// Inserts a cart with its lines.
pub async fn insert_cart(tx: &WriteTx, cart: &StoredCart) -> Result<(), DbError> {
    tx.execute(INSERT, vec![rows([row(cart)])]).await?;
    save_lines(tx, &[], cart).await
}

/// Writes a locked cart, which was `before`: one statement, one more where lines went and one more where lines changed.
pub async fn save_cart(tx: &WriteTx, before: &StoredCart, cart: &StoredCart) -> Result<(), DbError> {
    tx.execute(SAVE, vec![rows([row(cart)])]).await?;
    save_lines(tx, &before.cart.lines, cart).await
}

/// New lines come last, as the domain has it, so that no line moves.
async fn save_lines(tx: &WriteTx, before: &[CartLine], cart: &StoredCart) -> Result<(), DbError> {
    let now = &cart.cart.lines;
    let old: HashMap<Uuid, &CartLine> = before.iter().map(|line| (line.id, line)).collect();
    let kept: HashSet<Uuid> = now.iter().map(|line| line.id).collect();
    let removed: Vec<Uuid> = old.keys().copied().filter(|id| !kept.contains(id)).collect();
    if !removed.is_empty() {
        tx.execute(REMOVED, vec![Arg::Ids(removed)]).await?;
    }
    let differs = |(_, line): &(i64, &CartLine)| old.get(&line.id) != Some(line);
    let changed: Vec<Value> = (0..).zip(now).filter(differs).map(|(index, line)| line_row(cart, index, line)).collect();
    if !changed.is_empty() {
        tx.execute(LINES, vec![rows(changed)]).await?;
    }
    Ok(())
}
