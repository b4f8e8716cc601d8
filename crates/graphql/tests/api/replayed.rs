//! Every mutation of the schema, sent twice at once and again with one idempotency key: documents are made from the schema,
//! so that a new mutation is asked too.
use crate::{
    access::{definitions, document_for},
    people::Person,
    shop::{Shop, answer},
};
use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, TypeDefinition, TypeKind},
};
use serde_json::{Value, json};
use std::collections::HashMap;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    staff::BuiltInRole,
};
use tradewind_graphql::{Outcome, sdl};
use uuid::Uuid;

fn text(outcome: &Outcome) -> String {
    let mut text = Vec::new();
    outcome.write_json(&mut text);
    String::from_utf8(text).unwrap()
}

/// What an error says of an id that is of another type than is wanted: the way to it, and the type.
fn wanted(answer: &Value) -> Option<(String, NodeKind)> {
    let message = answer["errors"][0]["message"].as_str()?;
    let (argument, rest) = message.strip_prefix('`')?.split_once('`')?;
    let steps: Vec<_> = argument.split('.').filter_map(|step| step.split('[').next()).collect();
    let kind = rest.split("but a ").nth(1)?.split(" is wanted").next()?;
    NodeKind::ALL.into_iter().find(|known| known.name() == kind).map(|kind| (steps.join("."), kind))
}

/// The ids of the document, each of the type that its argument wants: found out by asking.
async fn with_ids(
    person: &Person<'_>,
    types: &HashMap<&str, &TypeDefinition>,
    field: &FieldDefinition,
) -> (String, Value) {
    let mut kinds: HashMap<String, NodeKind> = HashMap::new();
    for _ in 0..10 {
        // An error may leave `input` out.
        let kind = |way: &str| {
            let known = kinds.iter().filter(|(end, _)| way == *end || way.ends_with(&format!(".{end}")));
            known.max_by_key(|(end, _)| end.len()).map_or(NodeKind::Product, |(_, kind)| *kind)
        };
        let id = |way: &str| GlobalId::encode(kind(way), Uuid::from_u128(7));
        let document = document_for(types, "mutation", field, "{ __typename userErrors { code message } }", &id);
        let answer = answer(&person.send(&document, json!({})).await);
        match wanted(&answer) {
            Some((way, kind)) => _ = kinds.insert(way, kind),
            None => return (document, answer),
        }
    }
    panic!("{}: no ids are right: {kinds:?}", field.name.node)
}

/// Mutations without `userErrors`.
const WITHOUT: [&str; 2] = ["customerLogOut", "staffLogOut"];

/// Refused before anything is claimed, because a password is checked outside of transactions, or an order is nobody's who
/// asks: nothing is done, and nothing kept.
const REFUSED_FIRST: [&str; 14] = [
    "customerDelete",
    "customerLogIn",
    "customerRegister",
    "customerResendVerification",
    "emailChangeRequest",
    "orderCancel",
    "orderReturnRequest",
    "passwordChange",
    "passwordReset",
    "passwordResetRequest",
    "staffLogIn",
    "staffPasswordChange",
    "staffPasswordRequest",
    "staffPasswordSet",
];

#[tokio::test(flavor = "multi_thread")]
async fn each_mutation_is_done_once_for_each_key() {
    let schema = sdl();
    let document = parse_schema(&schema).unwrap();
    let types = definitions(&document);
    let TypeKind::Object(mutations) = &types["Mutation"].kind else { panic!("Mutation") };
    for shop in Shop::each().await {
        let customer = Person::customer(&shop, &shop.engine, "ada@example.com").await;
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let (mut replayed, mut refused) = (0, Vec::new());
        for field in mutations.fields.iter().map(|field| &field.node) {
            let name = field.name.node.as_str();
            if WITHOUT.contains(&name) {
                continue;
            }
            let is_for_customers = field.directives.iter().any(|it| format!("{it:?}").contains("\"CUSTOMER\""));
            let person = if is_for_customers { &customer } else { &owner };
            let (document, first) = with_ids(person, &types, field).await;
            if first.get("errors").is_some() {
                // Refused before anything ran: there is nothing to keep.
                refused.push(format!("{name}: {}", first["errors"][0]["message"]));
                continue;
            }
            let keyed = person.with_key(&format!("a key for {name}"));
            let (one, other) =
                futures_util::future::join(keyed.send(&document, json!({})), keyed.send(&document, json!({}))).await;
            let again = keyed.send(&document, json!({})).await;
            assert_eq!(text(&one), text(&other), "{}: {name}, at once", shop.name);
            assert_eq!(text(&one), text(&again), "{}: {name}, again", shop.name);
            if REFUSED_FIRST.contains(&name) {
                assert!(!again.replayed && !one.replayed && text(&again).contains("\"userErrors\":[{"), "{name}");
                continue;
            }
            let ran_once = again.replayed && one.replayed != other.replayed;
            assert!(ran_once, "{}: {name} ran once: {}", shop.name, text(&again));
            replayed += 1;
        }
        assert!(replayed > 40, "{}: {replayed}; refused: {refused:#?}", shop.name);
        assert!(refused.len() < 12, "{}: {refused:#?}", shop.name);
    }
}
