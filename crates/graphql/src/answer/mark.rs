//! Asks for `__typename` where an answer cannot be arranged without it.
use super::{
    MARK, OutputTypes,
    plan::{Merged, named},
};
use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet},
};

/// Whether a field was added by [`mark`]. A client's field under that alias is none, even where validation lets it in:
/// marks are not counted by the limits.
pub(crate) fn is_mark(field: &Field) -> bool {
    field.name.node == "__typename" && field.alias.as_ref().is_some_and(|alias| alias.node == MARK)
}

/// Whether a client's field could be taken for a mark.
pub(crate) fn is_reserved(field: &Field) -> bool {
    field.alias.as_ref().is_some_and(|alias| alias.node.starts_with("__tradewind"))
}

/// Adds a `__typename` to each selection set of an interface or union, whose objects have different plans, and to each
/// set that async-graphql may answer with `null` although the object is there: `@skip` and `@include` left nothing of
/// it, or all its fields failed, and merging drops what another set under the same key brought.
pub(crate) fn mark(document: &mut ExecutableDocument, types: &OutputTypes, merged: &Merged) {
    let marker = Marker { types, merged };
    for fragment in document.fragments.values_mut() {
        let name = fragment.node.type_condition.node.on.node.clone();
        marker.set(&mut fragment.node.selection_set.node, &name);
    }
    let operations = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        let root = OutputTypes::root(operation.node.ty);
        marker.set(&mut operation.node.selection_set.node, root);
    }
}

struct Marker<'m> {
    types: &'m OutputTypes,
    merged: &'m Merged,
}

impl Marker<'_> {
    fn set(&self, set: &mut SelectionSet, owner: &str) {
        if set.items.is_empty() {
            return;
        }
        let is_marked =
            self.types.possible(owner).is_some() || may_be_empty(set) || self.merged.contains(&std::ptr::from_ref(set));
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field) => {
                    if let Some(ty) = self.types.field(owner, &field.node.name.node) {
                        self.set(&mut field.node.selection_set.node, named(ty));
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition =
                        fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.clone());
                    let owner = condition.as_deref().unwrap_or(owner);
                    self.set(&mut fragment.node.selection_set.node, owner);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        // Last: it moves the selections, whose addresses `merged` knows.
        if is_marked {
            set.items.push(at_no_place(Selection::Field(at_no_place(typename()))));
        }
    }
}

fn may_be_empty(set: &SelectionSet) -> bool {
    let conditional = |selection: &Positioned<Selection>| !selection.node.directives().is_empty();
    let plain_field =
        |selection: &Positioned<Selection>| matches!(selection.node, Selection::Field(_)) && !conditional(selection);
    set.items.iter().any(conditional) && !set.items.iter().any(plain_field)
}

fn typename() -> Field {
    Field {
        alias: Some(at_no_place(Name::new(MARK))),
        name: at_no_place(Name::new("__typename")),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: at_no_place(SelectionSet::default()),
    }
}

fn at_no_place<T>(node: T) -> Positioned<T> {
    Positioned::new(node, Pos::default())
}
