//! Arguments whose variable is absent are absent too, so that their defaults come in (specification, October 2021,
//! section 6.4.1): async-graphql takes `null` for them.
use async_graphql::{
    Positioned, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Leaves out arguments and fields of input objects whose variable has neither a value nor a default.
pub(crate) fn leave_out(document: &mut ExecutableDocument, variables: &Variables) {
    let operations: Vec<&mut Positioned<OperationDefinition>> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        let definitions = operation.node.variable_definitions.iter().map(|definition| &definition.node);
        let absent = definitions
            .filter(|definition| definition.default_value.is_none() && !variables.contains_key(&definition.name.node));
        let absent: Vec<_> = absent.map(|definition| definition.name.node.clone()).collect();
        if absent.is_empty() {
            continue;
        }
        let is_absent = |value: &Value| matches!(value, Value::Variable(name) if absent.contains(name));
        set(&mut operation.node.selection_set.node, &is_absent);
        for fragment in document.fragments.values_mut() {
            set(&mut fragment.node.selection_set.node, &is_absent);
        }
    }
}

fn set(selections: &mut SelectionSet, is_absent: &impl Fn(&Value) -> bool) {
    for selection in &mut selections.items {
        match &mut selection.node {
            Selection::Field(field) => {
                field.node.arguments.retain(|(_, value)| !is_absent(&value.node));
                for (_, argument) in &mut field.node.arguments {
                    value(&mut argument.node, is_absent);
                }
                set(&mut field.node.selection_set.node, is_absent);
            }
            Selection::InlineFragment(fragment) => set(&mut fragment.node.selection_set.node, is_absent),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn value(of: &mut Value, is_absent: &impl Fn(&Value) -> bool) {
    match of {
        Value::List(items) => items.iter_mut().for_each(|item| value(item, is_absent)),
        Value::Object(fields) => {
            fields.retain(|_, value| !is_absent(value));
            fields.values_mut().for_each(|field| value(field, is_absent));
        }
        _ => {}
    }
}
