//! The examples of docs/administration.md are documents of this schema.
use crate::{
    people::Person,
    shop::{Shop, answer},
};
use serde_json::json;
use std::fs;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    staff::BuiltInRole,
};
use tradewind_testkit::manifest_dir;
use uuid::Uuid;

/// Operations of the blocks of GraphQL; each begins a line.
fn examples() -> Vec<String> {
    let text = fs::read_to_string(manifest_dir().join("../../docs/administration.md")).unwrap();
    let blocks = text.split("```graphql\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut all: Vec<String> = Vec::new();
    for block in blocks {
        all.push(String::new());
        for line in block.lines() {
            let begins = line.starts_with("mutation") || line.starts_with('{');
            if begins && !all.last().unwrap().is_empty() {
                all.push(String::new());
            }
            all.last_mut().unwrap().push_str(line);
            all.last_mut().unwrap().push('\n');
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_docs_are_understood() {
    let examples = examples();
    assert!(examples.len() >= 9, "{examples:?}");
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        for example in &examples {
            let kind = match () {
                () if example.contains("endpointId") => NodeKind::WebhookEndpoint,
                () if example.contains("warehouseIds") => NodeKind::Warehouse,
                () => NodeKind::Customer,
            };
            let document = example.replace('…', &GlobalId::encode(kind, Uuid::from_u128(7)));
            let answer = answer(&owner.send(&document, json!({})).await);
            assert!(answer.get("errors").is_none(), "{}: {document}: {answer}", shop.name);
        }
    }
}
