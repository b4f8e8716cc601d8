//! The demo's categories.
use super::{data::CategoryData, ids::id};
use crate::seed::Kind;
use tradewind_domain::{category::Category, slug::slugify};
use uuid::Uuid;

/// All nodes, parents first.
pub(super) fn categories(roots: &[CategoryData]) -> Vec<Category> {
    let mut all = Vec::new();
    add(&mut all, None, roots);
    all
}

fn add(all: &mut Vec<Category>, parent_id: Option<Uuid>, nodes: &[CategoryData]) {
    for (node, position) in nodes.iter().zip(0..) {
        let id = id(Kind::Category, all.len());
        all.push(Category { id, parent_id, slug: slugify(&node.name), name: node.name.clone(), position });
        add(all, Some(id), &node.children);
    }
}
