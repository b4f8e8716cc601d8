//! `OverlappingFieldsCanBeMerged`: what stands under one key of the answer is one field of one shape.
//!
//! The specification compares each pair of fields (section 5.3.2), which takes square time, and more where fragments
//! nest. Both comparisons are equivalences, so each field is compared with the first of its group; what was merged
//! once is not merged again. The idea is Simon Adameit's (2018, in Sangria and graphql-java).
use super::{
    place::short,
    report::Report,
    type_system::{TypeSystem, named},
};
use async_graphql::{
    Pos,
    indexmap::IndexMap,
    parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type},
};
use std::collections::HashSet;

/// Fields that are looked at. The limits allow some thousand selections; interfaces can multiply them.
const MOST_STEPS: usize = 200_000;

/// A field and the type that its selection set stands in.
#[derive(Clone, Copy)]
struct Selected<'d> {
    owner: Option<&'d str>,
    field: &'d Field,
    at: Pos,
    ty: Option<&'d Type>,
}

type Sets<'d> = Vec<(Option<&'d str>, &'d SelectionSet)>;
type Groups<'d> = IndexMap<&'d str, Vec<Selected<'d>>>;
type Merged = HashSet<Vec<*const SelectionSet>>;

/// Checks all operations and fragments.
pub(super) fn check(types: &TypeSystem, document: &ExecutableDocument, report: &mut Report) {
    let mut overlap = Overlap { types, document, report, shapes: Merged::new(), fields: Merged::new(), steps: 0 };
    for (_, operation) in document.operations.iter() {
        let root = types.root(operation.node.ty).map(|name| name.as_str());
        overlap.both(vec![(root, &operation.node.selection_set.node)]);
    }
    for fragment in document.fragments.values() {
        let owner = fragment.node.type_condition.node.on.node.as_str();
        overlap.both(vec![(Some(owner), &fragment.node.selection_set.node)]);
    }
    if overlap.steps > MOST_STEPS {
        let whole = document.operations.iter().next().map(|(_, operation)| operation.pos).unwrap_or_default();
        overlap.report.fail(whole, "too many fields stand under the same keys: use fewer fragments on interfaces");
    }
}

struct Overlap<'d, 'r> {
    types: &'d TypeSystem,
    document: &'d ExecutableDocument,
    report: &'r mut Report,
    shapes: Merged,
    fields: Merged,
    steps: usize,
}

impl<'d> Overlap<'d, '_> {
    fn both(&mut self, sets: Sets<'d>) {
        self.shapes(sets.clone());
        self.fields(sets);
    }

    /// Whatever the object, the answer has one shape under each key.
    fn shapes(&mut self, sets: Sets<'d>) {
        if !self.shapes.insert(pointers(&sets)) {
            return;
        }
        for (key, group) in self.collect(&sets) {
            let mut typed = group.iter().filter_map(|selected| Some((selected, selected.ty?)));
            if let Some((first, ty)) = typed.next()
                && let Some((other, another)) = typed.find(|(_, another)| !self.same_shape(ty, another))
            {
                let (one, two) = (&first.field.name.node, &other.field.name.node);
                let key = short(key);
                let what = format!(
                    "`{key}` stands for `{one}`, a `{ty}`, and for `{two}`, a `{another}`: give one of them an alias"
                );
                self.report.fail(other.at, what);
            }
            self.shapes(below(&group));
        }
    }

    /// One object has one field with the same arguments under each key.
    fn fields(&mut self, sets: Sets<'d>) {
        if !self.fields.insert(pointers(&sets)) {
            return;
        }
        for (key, group) in self.collect(&sets) {
            let is_object = |selected: &Selected<'_>| {
                selected.owner.and_then(|owner| self.types.composite(owner)).is_some_and(|owner| owner.is_object)
            };
            let (of_objects, of_others): (Vec<_>, Vec<_>) = group.into_iter().partition(is_object);
            let mut by_object: IndexMap<Option<&str>, Vec<Selected<'d>>> = IndexMap::new();
            for selected in of_objects {
                by_object.entry(selected.owner).or_insert_with(|| of_others.clone()).push(selected);
            }
            if by_object.is_empty() {
                by_object.insert(None, of_others);
            }
            for group in by_object.into_values() {
                self.one_field(key, &group);
                self.fields(below(&group));
            }
        }
    }

    fn one_field(&mut self, key: &str, group: &[Selected<'d>]) {
        let Some((first, others)) = group.split_first() else { return };
        let (key, one) = (short(key), &first.field.name.node);
        if let Some(other) = others.iter().find(|other| other.field.name.node != *one) {
            let two = &other.field.name.node;
            let what = format!("`{key}` stands for `{one}` and for `{two}`: give one of them an alias");
            self.report.fail(other.at, what);
        } else if let Some(other) = others.iter().find(|other| !same_arguments(first.field, other.field)) {
            let what = format!("`{key}` stands for `{one}` with different arguments: give one of them an alias");
            self.report.fail(other.at, what);
        }
    }

    /// Fields by key, fragments spread.
    fn collect(&mut self, sets: &Sets<'d>) -> Groups<'d> {
        let (mut groups, mut spread) = (Groups::new(), HashSet::new());
        for (owner, set) in sets {
            self.collect_set(*owner, set, &mut groups, &mut spread);
        }
        groups
    }

    fn collect_set(
        &mut self,
        owner: Option<&'d str>,
        set: &'d SelectionSet,
        groups: &mut Groups<'d>,
        spread: &mut HashSet<&'d str>,
    ) {
        for selection in &set.items {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return;
            }
            match &selection.node {
                Selection::Field(field) => {
                    let ty = owner.and_then(|owner| self.types.field_type(owner, &field.node.name.node));
                    let selected = Selected { owner, field: &field.node, at: field.pos, ty };
                    groups.entry(field.node.response_key().node.as_str()).or_default().push(selected);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let inner = condition.map(|condition| condition.node.on.node.as_str()).or(owner);
                    self.collect_set(inner, &fragment.node.selection_set.node, groups, spread);
                }
                Selection::FragmentSpread(of) => {
                    let name = of.node.fragment_name.node.as_str();
                    if let Some(fragment) = self.document.fragments.get(name).filter(|_| spread.insert(name)) {
                        let owner = fragment.node.type_condition.node.on.node.as_str();
                        self.collect_set(Some(owner), &fragment.node.selection_set.node, groups, spread);
                    }
                }
            }
        }
    }

    fn same_shape(&self, one: &Type, other: &Type) -> bool {
        if one.nullable != other.nullable {
            return false;
        }
        match (&one.base, &other.base) {
            (BaseType::List(one), BaseType::List(other)) => self.same_shape(one, other),
            (BaseType::Named(one), BaseType::Named(other)) => {
                let are_composite = self.types.composite(one).is_some() && self.types.composite(other).is_some();
                one == other || are_composite
            }
            _ => false,
        }
    }
}

/// What stands below the fields of a group, merged.
fn below<'d>(group: &[Selected<'d>]) -> Sets<'d> {
    let with_fields = group.iter().filter(|selected| !selected.field.selection_set.node.items.is_empty());
    with_fields.map(|selected| (selected.ty.map(|ty| named(ty).as_str()), &selected.field.selection_set.node)).collect()
}

/// Stands for the sets in their order: the same fields in another order are merged again, which costs a little time.
fn pointers(sets: &Sets<'_>) -> Vec<*const SelectionSet> {
    sets.iter().map(|(_, set)| std::ptr::from_ref(*set)).collect()
}

fn same_arguments(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one
            .arguments
            .iter()
            .all(|(name, value)| other.get_argument(&name.node).is_some_and(|another| another.node == value.node))
}
