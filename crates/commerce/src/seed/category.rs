//! The category tree: 8 departments, 32 groups, 160 kinds.
use super::{
    groups::GROUPS,
    ids::{Kind, row_id},
};
use tradewind_domain::{category::Category, slug::slugify};
use tradewind_persistence::write::CategoryTree;
use uuid::Uuid;

/// Categories do not depend on the seed, so that two seeds share one tree.
const SEED: u64 = 0;

/// The tree, and where each kind of thing is in it.
#[derive(Debug)]
pub(super) struct Tree {
    /// Those that the shop does not have yet, parents first.
    pub(super) new: Vec<Category>,
    /// Every category of the tree, the shop's own among them.
    pub(super) count: usize,
    /// By group and kind.
    pub(super) kinds: Vec<[Uuid; 5]>,
}

impl Tree {
    /// Finds each node by its name below its parent, as an import does; what is missing is new.
    pub(super) fn of(shop: &CategoryTree) -> Self {
        let mut tree = Growing { shop, new: Vec::new(), count: 0 };
        let mut departments: Vec<(&str, Uuid)> = Vec::new();
        let mut kinds = Vec::new();
        for group in &GROUPS {
            let known = departments.iter().find(|(name, _)| *name == group.root).map(|(_, id)| *id);
            let root = known.unwrap_or_else(|| {
                let id = tree.node(None, group.root);
                departments.push((group.root, id));
                id
            });
            let middle = tree.node(Some(root), group.name);
            kinds.push(group.kinds.map(|(name, _)| tree.node(Some(middle), name)));
        }
        Self { new: tree.new, count: tree.count, kinds }
    }
}

struct Growing<'a> {
    shop: &'a CategoryTree,
    new: Vec<Category>,
    count: usize,
}

impl Growing<'_> {
    fn node(&mut self, parent_id: Option<Uuid>, name: &str) -> Uuid {
        let counter = self.count;
        self.count += 1;
        if let Some(id) = self.shop.child(parent_id, name) {
            return id;
        }
        let id = row_id(SEED, Kind::Category, counter as u64);
        let slug = self.free_slug(parent_id, name, id);
        let position = i32::try_from(counter).unwrap_or(i32::MAX);
        self.new.push(Category { id, parent_id, slug, name: name.to_owned(), position });
        id
    }

    /// `shirts`, or `tops-shirts` when that is taken, or with the end of the id.
    fn free_slug(&self, parent_id: Option<Uuid>, name: &str, id: Uuid) -> String {
        let own = slugify(name);
        let added = self.new.iter().find(|node| Some(node.id) == parent_id).map(|node| node.slug.as_str());
        let parent = added.or_else(|| self.shop.get(parent_id?).map(|node| node.slug.as_str()));
        let below = parent.map(|parent| format!("{parent}-{own}"));
        let taken = |slug: &str| self.shop.has_slug(slug) || self.new.iter().any(|node| node.slug == slug);
        let free = [Some(own.clone()), below].into_iter().flatten().find(|slug| !taken(slug));
        free.unwrap_or_else(|| format!("{own}-{}", id.simple().to_string().split_off(24)))
    }
}
