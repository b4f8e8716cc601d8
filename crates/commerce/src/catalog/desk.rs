//! Products that are changed together: read once under their locks, judged in memory, written once.
use super::{Answer, CatalogCode, checks::Checks, snapshot};
use crate::staff::Audited;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_domain::{audit::Change, product::Product};
use tradewind_persistence::{
    DbError,
    write::{Shop, WriteTx, delete_products, held_variants, join_catalog, products_by_ids, save_products, slugs_taken},
};
use uuid::Uuid;

/// What products refer to.
#[derive(Debug)]
pub(super) struct Around<'d> {
    pub(super) shop: &'d Shop,
    /// Whose the slugs are that are wanted.
    pub(super) slugs: &'d HashMap<String, Uuid>,
    /// Variants of which buyers are promised units.
    pub(super) held: &'d BTreeSet<Uuid>,
}

/// Products as they are, and as they are to be.
#[derive(Debug)]
pub(super) struct Desk {
    shop: Shop,
    slugs: HashMap<String, Uuid>,
    held: BTreeSet<Uuid>,
    before: BTreeMap<Uuid, Product>,
    after: BTreeMap<Uuid, Product>,
    gone: BTreeSet<Uuid>,
}

impl Desk {
    /// Takes the products, and reads whose the slugs are that may be wanted.
    pub(super) async fn open(tx: &WriteTx, ids: &[Uuid], slugs: Vec<String>) -> Result<Self, DbError> {
        join_catalog(tx).await?;
        let products = products_by_ids(tx, ids).await?;
        let before: BTreeMap<Uuid, Product> = products.into_iter().map(|product| (product.id, product)).collect();
        Ok(Self {
            shop: Shop::load(tx).await?,
            slugs: slugs_taken(tx, slugs).await?,
            held: BTreeSet::new(),
            after: before.clone(),
            before,
            gone: BTreeSet::new(),
        })
    }

    /// Reads which variants may not go now.
    pub(super) async fn look_for_holds(&mut self, tx: &WriteTx) -> Result<(), DbError> {
        let variants = self.before.values().flat_map(|product| &product.variants).map(|variant| variant.id);
        self.held = held_variants(tx, variants.collect()).await?;
        Ok(())
    }

    pub(super) fn slugs(&self) -> &HashMap<String, Uuid> {
        &self.slugs
    }

    /// A product as it is now.
    pub(super) fn get(&self, id: Uuid) -> Option<&Product> {
        self.after.get(&id)
    }

    /// Changes a product; what is refused leaves it as it was. `field` is where the product's id stands in the request.
    pub(super) fn edit(
        &mut self,
        id: Uuid,
        field: &str,
        expected: Option<DateTime<Utc>>,
        checks: &mut Checks,
        edit: impl FnOnce(&mut Product, &Around<'_>, &mut Checks),
    ) {
        let Some(product) = self.after.get(&id).cloned() else {
            return checks.refuse(CatalogCode::NotFound, field, "There is no such product.");
        };
        let stored = self.before.get(&id).map(|stored| stored.updated_at);
        if expected.is_some_and(|expected| Some(expected) != stored) {
            let message = "The product was changed since it was read: read it again.";
            return checks.refuse(CatalogCode::Conflict, "expectedUpdatedAt", message);
        }
        self.judge(product, checks, edit);
    }

    /// Puts a new product beside the others, where nothing of it is refused.
    pub(super) fn create(
        &mut self,
        draft: Product,
        checks: &mut Checks,
        fill: impl FnOnce(&mut Product, &Around<'_>, &mut Checks),
    ) {
        self.judge(draft, checks, fill);
    }

    fn judge(
        &mut self,
        mut product: Product,
        checks: &mut Checks,
        edit: impl FnOnce(&mut Product, &Around<'_>, &mut Checks),
    ) {
        let before = checks.count();
        edit(&mut product, &Around { shop: &self.shop, slugs: &self.slugs, held: &self.held }, checks);
        if checks.count() == before {
            put_in_order(&mut product);
            self.slugs.insert(product.slug.clone(), product.id);
            self.after.insert(product.id, product);
        }
    }

    /// Deletes a product, unless buyers are promised units of it.
    pub(super) fn delete(&mut self, id: Uuid, field: &str, checks: &mut Checks) {
        let Some(product) = self.after.get(&id) else {
            return checks.refuse(CatalogCode::NotFound, field, "There is no such product.");
        };
        if product.variants.iter().any(|variant| self.held.contains(&variant.id)) {
            return checks.refuse(CatalogCode::UnitsHeld, field, HELD);
        }
        self.after.remove(&id);
        self.gone.insert(id);
    }

    /// Writes what is different now, and tells what that is.
    pub(super) async fn save(
        mut self,
        tx: &WriteTx,
        action: &'static str,
        now: DateTime<Utc>,
    ) -> Result<Vec<Change>, DbError> {
        let is_new = |product: &Product| !self.before.get(&product.id).is_some_and(|old| old.same_content(product));
        let mut written: Vec<Product> = Vec::new();
        for product in std::mem::take(&mut self.after).into_values().filter(is_new) {
            // It is another time after each change, because that is how a client knows of one.
            let stored = self.before.get(&product.id).map(|stored| stored.updated_at + TimeDelta::microseconds(1));
            written.push(Product { updated_at: stored.map_or(now, |stored| stored.max(now)), ..product });
        }
        retried(save_products(tx, &self.shop, &written).await)?;
        delete_products(tx, &self.gone.iter().copied().collect::<Vec<_>>()).await?;
        let mut changes = Vec::new();
        for product in &written {
            changes.extend(snapshot::changes(action, &self.shop, self.before.get(&product.id), Some(product)));
        }
        for product in self.gone.iter().filter_map(|id| self.before.get(id)) {
            changes.extend(snapshot::changes(action, &self.shop, Some(product), None));
        }
        Ok(changes)
    }
}

pub(super) const HELD: &str =
    "A buyer is promised units of it at the moment: try again when the checkout has ended, or archive the product.";

/// Saves what one flow has judged, where nothing is refused.
pub(super) async fn finish<T>(
    tx: &WriteTx,
    desk: Desk,
    checks: Checks,
    action: &'static str,
    value: T,
    now: DateTime<Utc>,
) -> Answer<T> {
    let refused = checks.refused();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    Ok(Ok(Audited::all(value, desk.save(tx, action, now).await?)))
}

/// What was checked and is refused by the database nevertheless was written by somebody else meanwhile, such as a slug: the
/// whole transaction is worth to be done again, and then finds it.
pub(super) fn retried<T>(written: Result<T, DbError>) -> Result<T, DbError> {
    written.map_err(|error| match error {
        DbError::Constraint(cause) => DbError::Conflict(cause),
        other => other,
    })
}

/// The order that an aggregate promises.
fn put_in_order(product: &mut Product) {
    product.publications.sort_by_key(|publication| publication.channel_id);
    product.attributes.sort();
    for (media, position) in product.media.iter_mut().zip(1..) {
        media.position = position;
    }
    for (variant, position) in product.variants.iter_mut().zip(1..) {
        variant.position = position;
        variant.prices.sort_by_key(|price| price.channel_id);
    }
}
