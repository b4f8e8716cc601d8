//! What requests ask. Each function is one statement for any number of keys, and shows only what a shopper of the
//! channel may see.
pub mod address;
pub mod cart;
pub mod category;
pub mod channel;
pub mod collection;
pub mod customer;
pub mod facet;
pub mod job;
pub mod listing;
mod listing_sql;
pub mod managed_order;
pub mod managed_stock;
pub mod media;
pub mod order;
pub mod order_parts;
pub mod product;
pub mod publication;
pub mod review;
pub mod search;
pub mod session;
pub mod stock;
pub mod suggestion;
pub mod variant;
pub mod warehouse;
pub mod webhook;

use chrono::{DateTime, SubsecRound, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Whose eyes a statement reads with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The shopper's channel.
    pub channel_id: Uuid,
    /// Products published later than this are not visible yet.
    pub now: DateTime<Utc>,
}

impl Scope {
    /// A scope at microseconds, the precision of both databases.
    pub fn new(channel_id: Uuid, now: DateTime<Utc>) -> Self {
        Self { channel_id, now: now.trunc_subsecs(6) }
    }
}

/// A forward page of children of one parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChildPage<C> {
    /// Whose children.
    pub parent: Uuid,
    /// How many at most.
    pub first: u32,
    /// Only those behind this one.
    pub after: Option<C>,
}

/// Children per parent, in the statement's order.
pub(crate) fn group<T>(rows: impl IntoIterator<Item = T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
