//! Where staff work in tests: what they ask for, what they are refused, what the audit log keeps.
use crate::{people::Person, shop::Shop};
use serde_json::{Value, json};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_graphql::Engine;
use uuid::Uuid;

/// An id that nothing has.
pub fn nobody(kind: NodeKind) -> Value {
    json!(GlobalId::encode(kind, Uuid::from_u128(0xdead_beef)))
}

/// The engine that keeps most.
pub fn keeping(shop: &Shop) -> &Engine {
    shop.kept().last().map_or(&shop.engine, |(_, engine)| engine)
}

/// The payload of a mutation that is not refused. `field` is its name, `fields` what is asked of the payload.
pub async fn done(person: &Person<'_>, field: &str, fields: &str, arguments: Value) -> Value {
    let payload = send(person, field, fields, arguments).await;
    assert_eq!(payload["userErrors"], json!([]), "{field}: {payload}");
    payload
}

/// Codes of `userErrors`, each with its path.
pub async fn refusals(person: &Person<'_>, field: &str, arguments: Value) -> Vec<(String, String)> {
    let payload = send(person, field, "__typename", arguments).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let refusal = |it: &Value| {
        let path: Vec<_> = it["path"].as_array().unwrap().iter().map(text).collect();
        assert!(it["message"].as_str().is_some_and(|message| !message.is_empty()), "{it}");
        (text(&it["code"]), path.join("."))
    };
    payload["userErrors"].as_array().unwrap().iter().map(refusal).collect()
}

/// The only refusal.
pub async fn refused(person: &Person<'_>, field: &str, arguments: Value) -> (String, String) {
    let mut all = refusals(person, field, arguments.clone()).await;
    assert_eq!(all.len(), 1, "{field} {arguments}: {all:?}");
    all.remove(0)
}

/// The code of the error that a mutation ends with.
pub async fn failed(person: &Person<'_>, field: &str, arguments: Value) -> String {
    let (query, variables) = document(field, "__typename", arguments);
    person.refused(&query, variables).await
}

async fn send(person: &Person<'_>, field: &str, fields: &str, arguments: Value) -> Value {
    let (query, variables) = document(field, fields, arguments);
    person.ask(&query, variables).await[field].take()
}

/// Arguments travel as variables, whose types the schema knows.
fn document(field: &str, fields: &str, arguments: Value) -> (String, Value) {
    let given = arguments.as_object().unwrap();
    let types = argument_types(field);
    let declared: Vec<_> = given.keys().map(|name| format!("${name}: {}", types[name.as_str()])).collect();
    let passed: Vec<_> = given.keys().map(|name| format!("{name}: ${name}")).collect();
    let of = |list: Vec<String>| if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) };
    let (declared, passed) = (of(declared), of(passed));
    (format!("mutation{declared} {{ {field}{passed} {{ {fields} userErrors {{ code path message }} }} }}"), arguments)
}

fn argument_types(field: &str) -> std::collections::HashMap<String, String> {
    use async_graphql::parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };
    let document = parse_schema(tradewind_graphql::sdl()).unwrap();
    let mutation = document.definitions.iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) if definition.node.name.node == "Mutation" => {
            Some(&definition.node.kind)
        }
        _ => None,
    });
    let Some(TypeKind::Object(object)) = mutation else { panic!("no mutations") };
    let found = object.fields.iter().find(|it| it.node.name.node == field).unwrap_or_else(|| panic!("no {field}"));
    let argument = |it: &async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>| {
        (it.node.name.node.to_string(), it.node.ty.node.to_string())
    };
    found.node.arguments.iter().map(argument).collect()
}

/// What the audit log keeps of an action: before and after, for each time that it was done.
pub async fn audit(owner: &Person<'_>, id: &Value, action: &str) -> Vec<(Value, Value)> {
    let query = "query($id: ID) { auditLog(first: 100, subjectId: $id) { nodes { action before after } } }";
    let log = owner.ask(query, json!({ "id": id })).await;
    let nodes = log["auditLog"]["nodes"].as_array().unwrap();
    let of_action = nodes.iter().filter(|node| node["action"] == action);
    of_action.map(|node| (node["before"].clone(), node["after"].clone())).collect()
}

/// Everything that the audit log keeps of a thing, as one text.
pub async fn audit_text(owner: &Person<'_>, id: &Value) -> String {
    let query = "query($id: ID) { auditLog(first: 100, subjectId: $id) { nodes { action before after } } }";
    owner.ask(query, json!({ "id": id })).await.to_string()
}
