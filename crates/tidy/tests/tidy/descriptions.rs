//! The public contract explains itself: GraphiQL and client generators show these texts.
use crate::tree::{none, root};
use async_graphql_parser::{
    parse_schema,
    types::{FieldDefinition, InputValueDefinition, ServiceDocument, TypeDefinition, TypeKind, TypeSystemDefinition},
};

const SCHEMA: &str = "schema.graphql";

/// Directives whose words are the GraphQL specification's.
const SPECIFIED: [&str; 5] = ["deprecated", "include", "oneOf", "skip", "specifiedBy"];

#[test]
#[allow(clippy::print_stderr, reason = "a skip must be seen")]
fn everything_in_the_schema_is_described() {
    let Ok(text) = std::fs::read_to_string(root().join(SCHEMA)) else {
        eprintln!("SKIPPED: there is no {SCHEMA} yet");
        return;
    };
    let schema = parse_schema(text).unwrap_or_else(|error| panic!("{SCHEMA} is no GraphQL schema: {error}"));
    none(
        &undescribed(&schema),
        "every type, field, argument, enum value and directive of schema.graphql has a description",
        "Write a doc comment on it in crates/graphql: async-graphql makes it the description.",
    );
}

fn undescribed(schema: &ServiceDocument) -> Vec<String> {
    let mut all = Vec::new();
    for definition in &schema.definitions {
        match definition {
            TypeSystemDefinition::Schema(_) => {}
            TypeSystemDefinition::Type(definition) => of_type(&definition.node, &mut all),
            TypeSystemDefinition::Directive(definition) => {
                let directive = &definition.node;
                if SPECIFIED.contains(&directive.name.node.as_str()) {
                    continue;
                }
                let name = format!("@{}", directive.name.node);
                note(directive.description.is_some(), &name, &mut all);
                of_inputs(&name, directive.arguments.iter().map(|argument| &argument.node), &mut all);
            }
        }
    }
    all
}

fn of_type(definition: &TypeDefinition, all: &mut Vec<String>) {
    let name = definition.name.node.as_str();
    note(definition.description.is_some() || definition.extend, name, all);
    match &definition.kind {
        TypeKind::Scalar | TypeKind::Union(_) => {}
        TypeKind::Object(object) => of_fields(name, object.fields.iter().map(|field| &field.node), all),
        TypeKind::Interface(interface) => of_fields(name, interface.fields.iter().map(|field| &field.node), all),
        TypeKind::InputObject(input) => of_inputs(name, input.fields.iter().map(|field| &field.node), all),
        TypeKind::Enum(choice) => {
            for value in &choice.values {
                note(value.node.description.is_some(), &format!("{name}.{}", value.node.value.node), all);
            }
        }
    }
}

fn of_fields<'a>(owner: &str, fields: impl Iterator<Item = &'a FieldDefinition>, all: &mut Vec<String>) {
    for field in fields {
        let name = format!("{owner}.{}", field.name.node);
        note(field.description.is_some(), &name, all);
        of_inputs(&name, field.arguments.iter().map(|argument| &argument.node), all);
    }
}

fn of_inputs<'a>(owner: &str, inputs: impl Iterator<Item = &'a InputValueDefinition>, all: &mut Vec<String>) {
    for input in inputs {
        note(input.description.is_some(), &format!("{owner}({})", input.name.node), all);
    }
}

fn note(described: bool, name: &str, all: &mut Vec<String>) {
    if !described {
        all.push(name.to_owned());
    }
}

#[test]
fn each_kind_of_gap_is_found() {
    let text = r#"
        "d" type A { "d" b("d" c: Int, d: Int): Int  e: Int }
        "d" enum F { G "d" H }
        "d" input I { j: Int "d" k: Int }
        "d" interface L { m: Int }
        scalar N
        directive @o(p: Int) on FIELD
        directive @skip(if: Boolean!) on FIELD
    "#;
    let found = undescribed(&parse_schema(text).unwrap());
    assert_eq!(found, ["A.b(d)", "A.e", "F.G", "I(j)", "L.m", "N", "@o", "@o(p)"]);
}
