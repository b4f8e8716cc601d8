//! Collections, whose products are picked by hand or follow rules.
use super::{
    Answer, CatalogCode, Patch,
    checks::Checks,
    desk::retried,
    rules,
    slug::{self, IN_USE},
};
use crate::{account::Moment, shopify::html::sanitise, staff::Audited};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    collection::{Collection, Rules},
};
use tradewind_persistence::{
    DbError,
    write::{Shop, WriteTx, delete_collection, lock_catalog, lock_collection, save_collections},
};
use uuid::Uuid;

/// A collection's fields; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectionInput {
    /// For people; needed of a new one.
    pub title: Option<String>,
    /// Unique; a new collection without one gets one of its title.
    pub slug: Option<String>,
    /// HTML, which is sanitised.
    pub description_html: Option<String>,
    /// Its products follow them; cleared, those that it has stay, as picked by hand.
    pub rules: Patch<Rules>,
    /// Order among collections.
    pub position: Option<i32>,
}

impl CollectionInput {
    fn apply(&self, checks: &mut Checks, collection: &mut Collection, others: &[Collection]) {
        if let Some(title) = &self.title {
            collection.title = checks.needed("title", title);
        }
        if let Some(slug) = self.slug.as_deref().filter(|slug| slug.trim() != collection.slug) {
            collection.slug = slug::given(checks, slug);
            if others.iter().any(|other| other.slug == collection.slug) {
                checks.refuse(CatalogCode::Taken, "slug", IN_USE);
            }
        }
        if let Some(html) = &self.description_html {
            checks.text("descriptionHtml", html);
            collection.description_html = sanitise(html).0;
        }
        match &self.rules {
            Patch::Keep => {}
            Patch::Clear => collection.rules = None,
            Patch::Set(given) => collection.rules = Some(rules::read(checks, given)),
        }
        collection.position = self.position.unwrap_or(collection.position);
    }
}

/// The collections. Where rules come, change or go, nobody writes a product meanwhile: whoever does has looked at the
/// rules before.
async fn open(tx: &WriteTx, rules: bool, id: Option<Uuid>) -> Result<Vec<Collection>, DbError> {
    if rules {
        lock_catalog(tx).await?;
    }
    if let Some(id) = id {
        lock_collection(tx, id).await?;
    }
    Ok(Shop::load(tx).await?.collections)
}

fn snapshot(collection: &Collection) -> Value {
    json!({
        "slug": collection.slug,
        "title": collection.title,
        "descriptionHtml": collection.description_html,
        "rules": collection.rules,
        "position": collection.position,
    })
}

/// Makes a collection; without rules it is empty.
pub async fn collection_create(tx: &WriteTx, input: &CollectionInput, moment: &mut Moment<'_>) -> Answer<Uuid> {
    let others = open(tx, input.rules != Patch::Keep, None).await?;
    let (id, mut checks) = (moment.id(), Checks::new());
    let made = slug::candidates(input.title.as_deref().unwrap_or_default(), "collection", id);
    let is_free = |slug: &String| !others.iter().any(|other| other.slug == *slug);
    let slug = made.into_iter().find(is_free).filter(|_| input.slug.is_none()).unwrap_or_default();
    let empty = String::new();
    let mut collection =
        Collection { id, slug, title: empty.clone(), description_html: empty, rules: None, position: 0 };
    if input.title.is_none() {
        checks.refuse(CatalogCode::Required, "title", "The collection has no title: write one.");
    }
    input.apply(&mut checks, &mut collection, &others);
    let refused = checks.refused();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    retried(save_collections(tx, std::slice::from_ref(&collection), moment.now()).await)?;
    let change = Change::created("collectionCreate", Subject::Collection, id, snapshot(&collection));
    Ok(Ok(Audited::new(id, change)))
}

/// Changes a collection; where rules change, its products do too.
pub async fn collection_update(
    tx: &WriteTx,
    id: Uuid,
    input: &CollectionInput,
    moment: &mut Moment<'_>,
) -> Answer<Uuid> {
    let all = open(tx, input.rules != Patch::Keep, Some(id)).await?;
    let mut checks = Checks::new();
    let Some(before) = all.iter().find(|collection| collection.id == id) else {
        checks.refuse(CatalogCode::NotFound, "id", "There is no such collection.");
        return Ok(Err(checks.refused()));
    };
    let mut after = before.clone();
    input.apply(&mut checks, &mut after, &all);
    let refused = checks.refused();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    if after == *before {
        return Ok(Ok(Audited::unchanged(id)));
    }
    retried(save_collections(tx, std::slice::from_ref(&after), moment.now()).await)?;
    let change = Change::updated("collectionUpdate", Subject::Collection, id, snapshot(before), snapshot(&after));
    Ok(Ok(Audited::new(id, change)))
}

/// Deletes a collection; its products stay.
pub async fn collection_delete(tx: &WriteTx, id: Uuid, _: &mut Moment<'_>) -> Answer<Uuid> {
    let all = open(tx, true, Some(id)).await?;
    let Some(collection) = all.iter().find(|collection| collection.id == id) else {
        let mut checks = Checks::new();
        checks.refuse(CatalogCode::NotFound, "id", "There is no such collection.");
        return Ok(Err(checks.refused()));
    };
    delete_collection(tx, id).await?;
    let change = Change::deleted("collectionDelete", Subject::Collection, id, snapshot(collection));
    Ok(Ok(Audited::new(id, change)))
}
