//! What uses what: `NoUnusedFragments`, `NoUndefinedVariables`, `NoUnusedVariables` and `VariablesInAllowedPosition`.
use super::{arguments::Expected, place::short, report::Report, selections::Scopes};
use async_graphql::{
    Name, Pos,
    parser::types::{BaseType, ExecutableDocument, OperationDefinition, Type, VariableDefinition},
};
use async_graphql_value::ConstValue;
use std::collections::HashSet;

/// What one operation or fragment uses.
#[derive(Default)]
pub(super) struct Scope<'d> {
    pub(super) usages: Vec<Usage<'d>>,
    pub(super) spreads: Vec<&'d str>,
}

/// A variable at a place.
pub(super) struct Usage<'d> {
    pub(super) variable: Name,
    pub(super) at: Pos,
    /// None where nothing is known of the place.
    pub(super) expected: Option<Expected<'d>>,
}

/// Checks all operations; true where a variable that may be absent stands at a place with a default.
pub(super) fn check(document: &ExecutableDocument, scopes: &Scopes<'_>, report: &mut Report) -> bool {
    let (mut reached, mut has_optional) = (HashSet::new(), false);
    for (operation, scope) in &scopes.operations {
        let mut own = HashSet::new();
        reach(scope, scopes, &mut own);
        let fragments = own.iter().filter_map(|name| scopes.fragments.get(name)).map(|(_, scope)| scope);
        has_optional |= variables(&operation.node, [scope].into_iter().chain(fragments), report);
        reached.extend(own);
    }
    for (name, fragment) in &document.fragments {
        if !reached.contains(name.as_str()) {
            report.fail(fragment.pos, format!("fragment `{}` is not used: take it out", short(name)));
        }
    }
    has_optional
}

/// The fragments that a scope spreads, at whatever distance.
fn reach<'d>(scope: &Scope<'d>, scopes: &Scopes<'d>, reached: &mut HashSet<&'d str>) {
    for name in &scope.spreads {
        if let Some((_, scope)) = scopes.fragments.get(name)
            && reached.insert(name)
        {
            reach(scope, scopes, reached);
        }
    }
}

fn variables<'s, 'd: 's>(
    operation: &OperationDefinition,
    scopes: impl Iterator<Item = &'s Scope<'d>>,
    report: &mut Report,
) -> bool {
    let (mut used, mut has_optional) = (HashSet::new(), false);
    for usage in scopes.flat_map(|scope| &scope.usages) {
        let name = &usage.variable;
        let mut definitions = operation.variable_definitions.iter();
        let Some(definition) = definitions.find(|definition| definition.node.name.node == *name) else {
            report.fail(usage.at, format!("variable `${}` is not declared by the operation", short(name)));
            continue;
        };
        used.insert(name);
        let Some(expected) = usage.expected else { continue };
        let definition = &definition.node;
        if !fits(definition, expected) {
            let (ty, wanted) = (&definition.var_type.node, expected.ty);
            let what =
                format!("variable `${}` is a `{ty}`, but `{wanted}` is needed here: declare it as that", short(name));
            report.fail(usage.at, what);
        }
        has_optional |= expected.has_default && definition.var_type.node.nullable && definition.default_value.is_none();
    }
    for definition in &operation.variable_definitions {
        if !used.contains(&definition.node.name.node) {
            let name = short(&definition.node.name.node);
            report.fail(definition.pos, format!("variable `${name}` is not used: take it out"));
        }
    }
    has_optional
}

/// `IsVariableUsageAllowed` of the specification (section 5.8.5), and `@oneOf`, whose only field is never null.
fn fits(definition: &VariableDefinition, expected: Expected<'_>) -> bool {
    let (ty, wanted) = (&definition.var_type.node, expected.ty);
    if expected.in_one_of && ty.nullable {
        return false;
    }
    if !wanted.nullable && ty.nullable {
        let default = definition.default_value.as_ref().is_some_and(|default| default.node != ConstValue::Null);
        return (default || expected.has_default) && is_base(&ty.base, &wanted.base);
    }
    is_subtype(ty, wanted)
}

fn is_subtype(ty: &Type, wanted: &Type) -> bool {
    (wanted.nullable || !ty.nullable) && is_base(&ty.base, &wanted.base)
}

fn is_base(base: &BaseType, wanted: &BaseType) -> bool {
    match (base, wanted) {
        (BaseType::Named(name), BaseType::Named(wanted)) => name == wanted,
        (BaseType::List(of), BaseType::List(wanted)) => is_subtype(of, wanted),
        _ => false,
    }
}
