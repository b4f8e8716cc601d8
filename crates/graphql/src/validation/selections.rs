//! Fields and fragments: `FieldsOnCorrectType`, `ScalarLeafs`, `KnownTypeNames`, `FragmentsOnCompositeTypes`,
//! `KnownFragmentNames`, `PossibleFragmentSpreads`, `VariablesAreInputTypes` and `UniqueVariableNames`.
use super::{
    Policy,
    place::short,
    report::Report,
    suggestion::suggestion,
    type_system::{Definition, TypeSystem, named},
    usage::Scope,
};
use crate::answer::is_reserved;
use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        DirectiveLocation, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet, TypeCondition, VariableDefinition,
    },
};
use async_graphql_value::Value;
use std::collections::{HashMap, HashSet};

/// A walk over all selections with their types. What does not exist has no type, and what stands below it is not
/// judged by one.
pub(super) struct Walk<'d> {
    pub(super) types: &'d TypeSystem,
    pub(super) document: &'d ExecutableDocument,
    pub(super) policy: Policy,
    pub(super) report: Report,
    /// What the operation or fragment under way uses.
    pub(super) scope: Scope<'d>,
    scopes: Scopes<'d>,
}

/// What operations and fragments use.
#[derive(Default)]
pub(super) struct Scopes<'d> {
    pub(super) operations: Vec<(&'d Positioned<OperationDefinition>, Scope<'d>)>,
    pub(super) fragments: HashMap<&'d str, (Pos, Scope<'d>)>,
}

impl<'d> Walk<'d> {
    pub(super) fn new(types: &'d TypeSystem, document: &'d ExecutableDocument, policy: Policy, report: Report) -> Self {
        Self { types, document, policy, report, scope: Scope::default(), scopes: Scopes::default() }
    }

    pub(super) fn into_parts(self) -> (Scopes<'d>, Report) {
        (self.scopes, self.report)
    }

    pub(super) fn document(&mut self) {
        for (_, operation) in self.document.operations.iter() {
            self.operation(operation);
            let scope = std::mem::take(&mut self.scope);
            self.scopes.operations.push((operation, scope));
        }
        for (name, fragment) in &self.document.fragments {
            self.fragment(fragment);
            let scope = std::mem::take(&mut self.scope);
            self.scopes.fragments.insert(name.as_str(), (fragment.pos, scope));
        }
    }

    fn operation(&mut self, operation: &'d Positioned<OperationDefinition>) {
        let Positioned { pos, node: operation } = operation;
        let (root, location) = (
            self.types.root(operation.ty),
            match operation.ty {
                OperationType::Query => DirectiveLocation::Query,
                OperationType::Mutation => DirectiveLocation::Mutation,
                OperationType::Subscription => DirectiveLocation::Subscription,
            },
        );
        if root.is_none() {
            self.report.fail(*pos, format!("the schema has no {}s", operation.ty));
        }
        self.directives(&operation.directives, location);
        let mut names = HashSet::new();
        for variable in &operation.variable_definitions {
            if !names.insert(&variable.node.name.node) {
                let name = short(&variable.node.name.node);
                self.report.fail(variable.pos, format!("variable `${name}` is declared twice: take one out"));
            }
            self.variable(variable);
        }
        self.set(&operation.selection_set.node, root.map(Name::as_str));
        if operation.ty == OperationType::Subscription {
            self.only_one_field(operation, *pos);
        }
    }

    /// `SingleFieldSubscriptions`.
    fn only_one_field(&mut self, operation: &'d OperationDefinition, at: Pos) {
        let (mut keys, mut spread) = (HashSet::new(), HashSet::new());
        self.root_keys(&operation.selection_set.node, &mut keys, &mut spread);
        if keys.len() != 1 || keys.iter().any(|(_, name)| name.starts_with("__")) {
            self.report
                .fail(at, "a subscription has exactly one field, which is not introspection: take the others out");
        }
    }

    fn root_keys(&self, set: &'d SelectionSet, keys: &mut HashSet<(&'d str, &'d str)>, spread: &mut HashSet<&'d str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    keys.insert((field.node.response_key().node.as_str(), field.node.name.node.as_str()));
                }
                Selection::InlineFragment(fragment) => self.root_keys(&fragment.node.selection_set.node, keys, spread),
                Selection::FragmentSpread(of) => {
                    let name = of.node.fragment_name.node.as_str();
                    if let Some(fragment) = self.document.fragments.get(name).filter(|_| spread.insert(name)) {
                        self.root_keys(&fragment.node.selection_set.node, keys, spread);
                    }
                }
            }
        }
    }

    fn variable(&mut self, variable: &'d Positioned<VariableDefinition>) {
        let Positioned { pos, node: variable } = variable;
        self.directives_at(&variable.directives, None);
        let ty = named(&variable.var_type.node);
        match self.types.get(ty) {
            None => self.report.fail(*pos, format!("there is no type `{}`", short(ty))),
            Some(Definition::Composite(_)) => {
                let what =
                    format!("variable `${}` is a `{}`, which is no input", short(&variable.name.node), short(ty));
                self.report.fail(*pos, what);
            }
            Some(_) => {
                if let Some(default) = &variable.default_value {
                    let value: Value = default.node.clone().into_value();
                    self.value(&format!("${}", variable.name.node), &value, &variable.var_type.node, default.pos);
                }
            }
        }
    }

    fn fragment(&mut self, fragment: &'d Positioned<FragmentDefinition>) {
        let fragment = &fragment.node;
        self.directives(&fragment.directives, DirectiveLocation::FragmentDefinition);
        let owner = self.condition(&fragment.type_condition);
        self.set(&fragment.selection_set.node, owner);
    }

    fn condition(&mut self, condition: &'d Positioned<TypeCondition>) -> Option<&'d str> {
        let Positioned { pos, node: name } = &condition.node.on;
        match self.types.get(name) {
            Some(Definition::Composite(_)) => Some(name.as_str()),
            Some(_) => {
                self.report.fail(*pos, format!("`{}` has no fields, so no fragment can be on it", short(name)));
                None
            }
            None => {
                self.report.fail(*pos, format!("there is no type `{}`", short(name)));
                None
            }
        }
    }

    fn set(&mut self, set: &'d SelectionSet, owner: Option<&'d str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(field, owner),
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives, DirectiveLocation::InlineFragment);
                    let inner = match &fragment.node.type_condition {
                        Some(condition) => {
                            let inner = self.condition(condition);
                            self.possible(owner, inner, fragment.pos);
                            inner
                        }
                        None => owner,
                    };
                    self.set(&fragment.node.selection_set.node, inner);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives, DirectiveLocation::FragmentSpread);
                    let name = &spread.node.fragment_name.node;
                    self.scope.spreads.push(name.as_str());
                    match self.document.fragments.get(name) {
                        Some(fragment) => {
                            let condition = fragment.node.type_condition.node.on.node.as_str();
                            self.possible(owner, Some(condition), spread.pos);
                        }
                        None => self.report.fail(spread.pos, format!("there is no fragment `{}`", short(name))),
                    }
                }
            }
        }
    }

    /// An object can be of both types. What does not exist has been reported.
    fn possible(&mut self, owner: Option<&str>, condition: Option<&str>, at: Pos) {
        let (Some(owner), Some(condition)) = (owner, condition) else { return };
        let are_known = self.types.composite(owner).is_some() && self.types.composite(condition).is_some();
        if are_known && !self.types.overlap(owner, condition) {
            self.report.fail(at, format!("a fragment on `{condition}` cannot stand here: no `{owner}` is one"));
        }
    }

    fn field(&mut self, field: &'d Positioned<Field>, owner: Option<&'d str>) {
        let Positioned { pos, node: field } = field;
        if is_reserved(field) {
            self.report.fail(*pos, "aliases that begin with `__tradewind` are the server's own: use another one");
        }
        self.directives(&field.directives, DirectiveLocation::Field);
        let set = &field.selection_set.node;
        let name = &field.name.node;
        if name == "__typename" && owner.is_some() {
            self.arguments(&field.arguments, Some(&[]), &format_args!("`__typename`"), *pos);
            self.leaf(name, "String!", true, set, *pos);
            return self.set(set, None);
        }
        let definition = owner.and_then(|owner| self.types.composite(owner)?.fields.get(name));
        let Some(definition) = definition else {
            if let Some(owner) = owner {
                self.unknown_field(name, owner, *pos);
            }
            self.arguments(&field.arguments, None, &"", *pos);
            return self.set(set, None);
        };
        if !self.policy.introspection && matches!(name.as_str(), "__schema" | "__type") {
            self.report.fail(*pos, "introspection is closed here: use the schema that the shop publishes");
        }
        let owner = owner.unwrap_or_default();
        self.arguments(&field.arguments, Some(&definition.arguments), &format_args!("`{owner}.{name}`"), *pos);
        let ty = named(&definition.ty);
        let inner = self.types.composite(ty).map(|_| ty.as_str());
        self.leaf(name, &definition.ty.to_string(), inner.is_none(), set, *pos);
        self.set(set, inner);
    }

    fn unknown_field(&mut self, name: &Name, owner: &str, at: Pos) {
        let mut message = format!("`{owner}` has no field `{}`.", short(name));
        if self.policy.introspection {
            let known = self.types.composite(owner).into_iter().flat_map(|composite| composite.fields.keys());
            message.push_str(&suggestion(name, known));
        }
        self.report.fail(at, message);
    }

    fn leaf(&mut self, name: &Name, ty: &str, is_leaf: bool, set: &SelectionSet, at: Pos) {
        match (is_leaf, set.items.is_empty()) {
            (true, false) => {
                self.report.fail(at, format!("`{name}` is a `{ty}`, which has no fields: take `{{ … }}` out"))
            }
            (false, true) => {
                self.report.fail(at, format!("`{name}` is a `{ty}`: say which of its fields, as in `{name} {{ … }}`"))
            }
            _ => {}
        }
    }
}
