//! The keys that an object of the answer has, in the order of the query: `CollectFields` of the specification
//! (October 2021, section 6.3.2), done once per document instead of once per object.
use super::{OutputTypes, is_mark};
use crate::{access::DocumentAccess, columns::columns_for, policy::DocumentPolicy};
use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        BaseType, Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type,
    },
};
use async_graphql_value::{ConstValue, Value};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tradewind_persistence::read::product::ProductColumns;

/// The keys of one object.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(super) fields: Vec<PlannedField>,
}

/// A key of an object.
#[derive(Debug)]
pub(super) struct PlannedField {
    pub(super) key: Name,
    /// None: introspection, which nothing can delay or fail.
    pub(super) ty: Option<Arc<Type>>,
    pub(super) below: Below,
}

/// What stands below a key, however many lists are around it.
#[derive(Debug)]
pub(super) enum Below {
    /// Scalars, and introspection.
    Leaf,
    /// Objects of one type.
    Object(Plan),
    /// Objects of several types.
    OneOf(Arc<HashMap<Name, Plan>>),
}

/// Addresses of selection sets that stand under one key: async-graphql runs each of them and merges the results.
pub(crate) type Merged = HashSet<*const SelectionSet>;

/// A plan, and what it says of the document.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) merged: Merged,
    /// `@skip` or `@include` stand in the way of some key.
    pub(crate) is_conditional: bool,
    /// Some key is selected twice in one object.
    pub(crate) is_repeated: bool,
    /// What has to be read of products.
    pub(crate) columns: ProductColumns,
    /// What may be kept of the answer.
    pub(crate) policy: DocumentPolicy,
    /// Whom it is for.
    pub(crate) access: DocumentAccess,
}

/// Plans the answer to an operation; without variables, as if nothing were skipped.
pub(crate) fn plan(
    types: &OutputTypes,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: Option<&Variables>,
) -> Planned {
    let mut planner = Planner {
        types,
        document,
        operation,
        variables,
        several: HashMap::new(),
        merged: Merged::new(),
        is_conditional: false,
        is_repeated: false,
        columns: ProductColumns::Card,
        policy: DocumentPolicy::default(),
        access: DocumentAccess::default(),
    };
    let plan = planner.object(OutputTypes::root(operation.ty), &[&operation.selection_set.node]);
    Planned {
        plan,
        merged: planner.merged,
        is_conditional: planner.is_conditional,
        is_repeated: planner.is_repeated,
        columns: planner.columns,
        policy: planner.policy,
        access: planner.access,
    }
}

/// Selections under one key.
struct Group<'d> {
    key: &'d Name,
    name: &'d str,
    sets: Vec<&'d SelectionSet>,
}

struct Planner<'d> {
    types: &'d OutputTypes,
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
    variables: Option<&'d Variables>,
    /// Plans of interfaces and unions by their selection sets: below one, another one would multiply them.
    several: HashMap<Vec<*const SelectionSet>, Arc<HashMap<Name, Plan>>>,
    merged: Merged,
    is_conditional: bool,
    is_repeated: bool,
    columns: ProductColumns,
    policy: DocumentPolicy,
    access: DocumentAccess,
}

impl<'d> Planner<'d> {
    fn object(&mut self, object: &str, sets: &[&'d SelectionSet]) -> Plan {
        let mut groups = Vec::new();
        let mut spread = HashSet::new();
        for set in sets {
            self.collect(object, set, &mut groups, &mut spread);
        }
        let fields = groups.into_iter().map(|group| {
            if let Some(decision) = self.types.policies().of_field(object, group.name) {
                self.policy.tighten(Some(decision));
            }
            if let Some(grants) = self.types.access().of_field(object, group.name) {
                self.access.need(object, group.name, grants);
            }
            if group.sets.len() > 1 {
                self.merged.extend(group.sets.iter().map(|set| std::ptr::from_ref(*set)));
            }
            self.columns = self.columns.max(columns_for(object, group.name));
            let ty = self.types.field(object, group.name).cloned();
            let below = match &ty {
                Some(ty) if !group.sets.is_empty() => self.below(named(ty), &group.sets),
                _ => Below::Leaf,
            };
            PlannedField { key: group.key.clone(), ty, below }
        });
        Plan { fields: fields.collect() }
    }

    fn below(&mut self, name: &str, sets: &[&'d SelectionSet]) -> Below {
        let Some(objects) = self.types.possible(name) else { return Below::Object(self.governed(name, sets)) };
        let key: Vec<_> = sets.iter().map(|set| std::ptr::from_ref(*set)).collect();
        if let Some(known) = self.several.get(&key) {
            return Below::OneOf(Arc::clone(known));
        }
        let plans = objects.iter().map(|object| (object.clone(), self.governed(object, sets))).collect();
        let plans = Arc::new(plans);
        self.several.insert(key, Arc::clone(&plans));
        Below::OneOf(plans)
    }

    /// An object that is no root, and so has something of its own to keep.
    fn governed(&mut self, object: &str, sets: &[&'d SelectionSet]) -> Plan {
        self.policy.tighten(self.types.policies().of_type(object));
        self.object(object, sets)
    }

    fn collect(
        &mut self,
        object: &str,
        set: &'d SelectionSet,
        groups: &mut Vec<Group<'d>>,
        spread: &mut HashSet<&'d str>,
    ) {
        for selection in &set.items {
            let directives = selection.node.directives();
            self.is_conditional |= !directives.is_empty();
            if self.is_skipped(directives) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => self.is_repeated |= add(groups, &field.node),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if condition.is_none_or(|condition| self.types.applies(object, condition)) {
                        self.collect(object, &fragment.node.selection_set.node, groups, spread);
                    }
                }
                Selection::FragmentSpread(fragment) => {
                    let name = fragment.node.fragment_name.node.as_str();
                    let Some(definition) = self.document.fragments.get(name) else { continue };
                    if !spread.insert(name) {
                        self.is_repeated = true;
                    } else if self.types.applies(object, &definition.node.type_condition.node.on.node) {
                        self.collect(object, &definition.node.selection_set.node, groups, spread);
                    }
                }
            }
        }
    }

    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        let Some(variables) = self.variables else { return false };
        directives.iter().any(|directive| {
            let unless = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let Some(condition) = directive.node.get_argument("if") else { return false };
            self.boolean(&condition.node, variables) == Some(unless)
        })
    }

    fn boolean(&self, value: &Value, variables: &Variables) -> Option<bool> {
        let of = |value: &ConstValue| match value {
            ConstValue::Boolean(boolean) => Some(*boolean),
            _ => None,
        };
        match value {
            Value::Boolean(boolean) => Some(*boolean),
            Value::Variable(name) => variables.get(name).map_or_else(
                || {
                    let mut definitions = self.operation.variable_definitions.iter();
                    let definition = definitions.find(|definition| definition.node.name.node == *name)?;
                    of(definition.node.default_value()?)
                },
                of,
            ),
            _ => None,
        }
    }
}

/// Adds a field to its key; true when the key was there.
fn add<'d>(groups: &mut Vec<Group<'d>>, field: &'d Field) -> bool {
    if is_mark(field) {
        return false;
    }
    let key = &field.response_key().node;
    let known = groups.len();
    let index = groups.iter().position(|group| group.key == key).unwrap_or_else(|| {
        groups.push(Group { key, name: field.name.node.as_str(), sets: Vec::new() });
        groups.len() - 1
    });
    let set = &field.selection_set.node;
    if !set.items.is_empty() {
        groups[index].sets.push(set);
    }
    index < known
}

/// The type without its lists.
pub(super) fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => named(inner),
    }
}
