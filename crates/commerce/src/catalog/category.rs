//! The category tree.
use super::{
    Answer, CatalogCode, Patch,
    checks::Checks,
    desk::retried,
    slug::{self, IN_USE},
};
use crate::{account::Moment, shopify::limits::MAX_CATEGORY_LEVELS, staff::Audited};
use serde_json::{Value, json};
use std::collections::HashSet;
use tradewind_domain::{
    audit::{Change, Subject},
    category::Category,
};
use tradewind_persistence::{
    DbError,
    write::{CategoryTree, Shop, WriteTx, delete_category, lock_catalog, lock_category_tree, save_categories},
};
use uuid::Uuid;

/// A category's fields; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryInput {
    /// For people; needed of a new one.
    pub name: Option<String>,
    /// Unique over the whole tree; a new category without one gets one of its name.
    pub slug: Option<String>,
    /// What it is below.
    pub parent_id: Patch<Uuid>,
    /// Order among siblings.
    pub position: Option<i32>,
}

/// Takes the tree. Where products may be concerned, nobody writes one meanwhile: whoever does has looked at the tree before.
async fn open(tx: &WriteTx, products_too: bool) -> Result<CategoryTree, DbError> {
    if products_too {
        lock_catalog(tx).await?;
    }
    lock_category_tree(tx).await?;
    Ok(Shop::load(tx).await?.categories)
}

impl CategoryInput {
    fn apply(&self, checks: &mut Checks, category: &mut Category, tree: &CategoryTree) {
        if let Some(name) = &self.name {
            category.name = checks.needed("name", name);
        }
        if let Some(slug) = self.slug.as_deref().filter(|slug| slug.trim() != category.slug) {
            category.slug = slug::given(checks, slug);
            if tree.has_slug(&category.slug) {
                checks.refuse(CatalogCode::Taken, "slug", IN_USE);
            }
        }
        category.position = self.position.unwrap_or(category.position);
        match self.parent_id {
            Patch::Keep => {}
            Patch::Clear => category.parent_id = None,
            Patch::Set(parent) => {
                category.parent_id = Some(parent);
                check_parent(checks, tree, category.id, parent);
            }
        }
    }
}

fn check_parent(checks: &mut Checks, tree: &CategoryTree, id: Uuid, parent: Uuid) {
    let above = tree.ancestors_and_self(parent);
    if above.is_empty() {
        return checks.refuse(CatalogCode::NotFound, "parentId", "There is no such category.");
    }
    if above.contains(&id) {
        return checks.refuse(CatalogCode::Circular, "parentId", "The category would be below itself.");
    }
    let depth = |node: Uuid| tree.ancestors_and_self(node).len();
    let below = tree.with_descendants(&HashSet::from([id]));
    let own = below.into_iter().map(depth).max().unwrap_or(0);
    let height = (own + 1).saturating_sub(depth(id).max(1)).max(1);
    if above.len() + height > MAX_CATEGORY_LEVELS {
        let message = format!("The tree would have more than {MAX_CATEGORY_LEVELS} levels.");
        checks.refuse(CatalogCode::TooDeep, "parentId", message);
    }
}

fn snapshot(category: &Category) -> Value {
    json!({
        "slug": category.slug,
        "name": category.name,
        "parentId": category.parent_id,
        "position": category.position,
    })
}

/// Makes a category.
pub async fn category_create(tx: &WriteTx, input: &CategoryInput, moment: &mut Moment<'_>) -> Answer<Uuid> {
    let tree = open(tx, false).await?;
    let (id, mut checks) = (moment.id(), Checks::new());
    let made = slug::candidates(input.name.as_deref().unwrap_or_default(), "category", id);
    let free = made.into_iter().find(|slug| !tree.has_slug(slug)).filter(|_| input.slug.is_none());
    let slug = free.unwrap_or_default();
    let mut category = Category { id, parent_id: None, slug, name: String::new(), position: 0 };
    if input.name.is_none() {
        checks.refuse(CatalogCode::Required, "name", "The category has no name: write one.");
    }
    input.apply(&mut checks, &mut category, &tree);
    let refused = checks.refused();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    retried(save_categories(tx, std::slice::from_ref(&category), moment.now()).await)?;
    let change = Change::created("categoryCreate", Subject::Category, id, snapshot(&category));
    Ok(Ok(Audited::new(id, change)))
}

/// Changes a category, and moves it with everything below it.
pub async fn category_update(tx: &WriteTx, id: Uuid, input: &CategoryInput, moment: &mut Moment<'_>) -> Answer<Uuid> {
    let tree = open(tx, input.parent_id != Patch::Keep).await?;
    let mut checks = Checks::new();
    let Some(before) = tree.get(id) else {
        checks.refuse(CatalogCode::NotFound, "id", "There is no such category.");
        return Ok(Err(checks.refused()));
    };
    let mut after = before.clone();
    input.apply(&mut checks, &mut after, &tree);
    let refused = checks.refused();
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    if after == *before {
        return Ok(Ok(Audited::unchanged(id)));
    }
    retried(save_categories(tx, std::slice::from_ref(&after), moment.now()).await)?;
    let change = Change::updated("categoryUpdate", Subject::Category, id, snapshot(before), snapshot(&after));
    Ok(Ok(Audited::new(id, change)))
}

/// Deletes a category that has none below it; its products go to the one above, or to none.
pub async fn category_delete(tx: &WriteTx, id: Uuid, moment: &mut Moment<'_>) -> Answer<Uuid> {
    let tree = open(tx, true).await?;
    let mut checks = Checks::new();
    let Some(category) = tree.get(id) else {
        checks.refuse(CatalogCode::NotFound, "id", "There is no such category.");
        return Ok(Err(checks.refused()));
    };
    if tree.iter().any(|other| other.parent_id == Some(id)) {
        let message = "There are categories below it: move or delete them first.";
        checks.refuse(CatalogCode::InUse, "id", message);
        return Ok(Err(checks.refused()));
    }
    retried(delete_category(tx, id, category.parent_id, moment.now()).await)?;
    let change = Change::deleted("categoryDelete", Subject::Category, id, snapshot(category));
    Ok(Ok(Audited::new(id, change)))
}
