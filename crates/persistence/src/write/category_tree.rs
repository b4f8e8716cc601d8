//! The category tree in memory.
use std::collections::{HashMap, HashSet};
use tradewind_domain::category::Category;
use uuid::Uuid;

/// Deeper trees do not exist; the bound ends a walk should the data ever hold a circle.
const DEEPEST: usize = 32;

/// All categories, found by id, by slug, and by name below a parent.
#[derive(Clone, Debug, Default)]
pub struct CategoryTree {
    by_id: HashMap<Uuid, Category>,
    by_name: HashMap<(Option<Uuid>, String), Uuid>,
    slugs: HashSet<String>,
}

impl CategoryTree {
    /// A tree of these nodes. Of siblings with the same name, the first is found by it.
    pub fn new(categories: impl IntoIterator<Item = Category>) -> Self {
        let mut tree = Self::default();
        categories.into_iter().for_each(|category| tree.insert(category));
        tree
    }

    /// Adds a node, or replaces it.
    pub(crate) fn insert(&mut self, category: Category) {
        if let Some(old) = self.by_id.remove(&category.id) {
            self.slugs.remove(&old.slug);
            self.by_name.retain(|_, id| *id != old.id);
        }
        self.by_name.entry((category.parent_id, category.name.clone())).or_insert(category.id);
        self.slugs.insert(category.slug.clone());
        self.by_id.insert(category.id, category);
    }

    /// One node.
    pub fn get(&self, id: Uuid) -> Option<&Category> {
        self.by_id.get(&id)
    }

    /// Every node, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Category> {
        self.by_id.values()
    }

    /// The node of this name below a parent, or among the roots.
    pub fn child(&self, parent_id: Option<Uuid>, name: &str) -> Option<Uuid> {
        self.by_name.get(&(parent_id, name.to_owned())).copied()
    }

    /// Whether a node has the slug.
    pub fn has_slug(&self, slug: &str) -> bool {
        self.slugs.contains(slug)
    }

    /// The way up: the node, its parent, …, its root. Empty for an unknown id.
    pub fn ancestors_and_self(&self, id: Uuid) -> Vec<Uuid> {
        let up = |node: &&Category| self.by_id.get(&node.parent_id?);
        std::iter::successors(self.by_id.get(&id), up).take(DEEPEST).map(|node| node.id).collect()
    }

    /// The names from the root down, as an import writes them.
    pub fn path(&self, id: Uuid) -> Vec<String> {
        let names = self.ancestors_and_self(id).into_iter().rev();
        names.filter_map(|id| self.by_id.get(&id)).map(|node| node.name.clone()).collect()
    }

    /// The nodes and everything below them.
    pub fn with_descendants(&self, ids: &HashSet<Uuid>) -> Vec<Uuid> {
        let below = |id: &Uuid| self.ancestors_and_self(*id).iter().any(|node| ids.contains(node));
        self.by_id.keys().copied().filter(below).collect()
    }
}
