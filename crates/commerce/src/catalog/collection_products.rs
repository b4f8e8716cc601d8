//! Products of a collection that are picked by hand.
use super::{Answer, CatalogCode, bulk::too_many, checks::Checks};
use crate::staff::Audited;
use serde_json::json;
use std::collections::BTreeSet;
use tradewind_domain::audit::{Change, Subject};
use tradewind_persistence::write::{Shop, WriteTx, collection_members, lock_products, set_collection_products};
use uuid::Uuid;

/// Products that one request may name.
pub const MOST_PRODUCTS: usize = 1000;

/// What is to become of the products of a collection. They have no order of their own: a list is sorted as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Members {
    /// These, and no others.
    Set(Vec<Uuid>),
    /// These too.
    Add(Vec<Uuid>),
    /// These no more.
    Remove(Vec<Uuid>),
}

impl Members {
    fn ids(&self) -> &[Uuid] {
        match self {
            Self::Set(ids) | Self::Add(ids) | Self::Remove(ids) => ids,
        }
    }
}

/// Picks the products of a collection by hand. The audit log keeps which went and which came.
pub async fn collection_set_products(tx: &WriteTx, id: Uuid, members: &Members) -> Answer<Uuid> {
    let empties = matches!(members, Members::Set(ids) if ids.is_empty());
    if let Some(refused) = too_many("productIds", members.ids().len(), MOST_PRODUCTS).filter(|_| !empties) {
        return Ok(Err(refused));
    }
    let mut checks = Checks::new();
    let before: BTreeSet<Uuid> = collection_members(tx, id).await?.into_iter().collect();
    let named: BTreeSet<Uuid> = members.ids().iter().copied().collect();
    // All that may be touched, in one order, before the collection itself.
    let known = lock_products(tx, before.union(&named).copied().collect()).await?;
    match Shop::load(tx).await?.collections.into_iter().find(|collection| collection.id == id) {
        None => checks.refuse(CatalogCode::NotFound, "id", "There is no such collection."),
        Some(collection) if collection.rules.is_some() => {
            let message = "The products of the collection follow its rules: change the rules, or remove them.";
            checks.refuse(CatalogCode::FollowsRules, "id", message);
        }
        Some(_) => {}
    }
    if !matches!(members, Members::Remove(_)) {
        for (place, _) in members.ids().iter().enumerate().filter(|(_, id)| !known.contains(id)) {
            checks.refuse(CatalogCode::NotFound, &format!("productIds.{place}"), "There is no such product.");
        }
    }
    let refused = checks.refused();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let after: BTreeSet<Uuid> = match members {
        Members::Set(_) => named,
        Members::Add(_) => before.union(&named).copied().collect(),
        Members::Remove(_) => before.difference(&named).copied().collect(),
    };
    if after == before {
        return Ok(Ok(Audited::unchanged(id)));
    }
    set_collection_products(tx, id, &after.iter().copied().collect::<Vec<_>>()).await?;
    let only = |these: &BTreeSet<Uuid>, those: &BTreeSet<Uuid>| json!({ "productIds": these - those });
    let (gone, come) = (only(&before, &after), only(&after, &before));
    let change = Change::updated("collectionSetProducts", Subject::Collection, id, gone, come);
    Ok(Ok(Audited::new(id, change)))
}
