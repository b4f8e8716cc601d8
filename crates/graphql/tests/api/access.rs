//! Every field of a root type, asked for by everybody: documents are made from the schema, and a field without a decision
//! fails.
use crate::{
    people::Person,
    shop::{Shop, answer},
};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use serde_json::json;
use std::collections::HashMap;
use tradewind_graphql::sdl;

/// Who may ask, as the schema says.
fn grants(directives: &[async_graphql::Positioned<async_graphql::parser::types::ConstDirective>]) -> Option<String> {
    let access = directives.iter().find(|directive| directive.node.name.node == "access")?;
    Some(access.node.get_argument("to")?.node.to_string())
}

fn definitions(document: &ServiceDocument) -> HashMap<&str, &TypeDefinition> {
    let types = document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.as_str(), &definition.node)),
        _ => None,
    });
    types.collect()
}

fn name_of(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => name_of(inner),
    }
}

/// Some value of a type.
fn literal(types: &HashMap<&str, &TypeDefinition>, ty: &Type) -> String {
    if let BaseType::List(inner) = &ty.base {
        return format!("[{}]", literal(types, inner));
    }
    let name = name_of(ty);
    match types.get(name).map(|definition| &definition.kind) {
        Some(TypeKind::Enum(values)) => values.values[0].node.value.node.to_string(),
        Some(TypeKind::InputObject(object)) => {
            let is_one_of = types[name].directives.iter().any(|directive| directive.node.name.node == "oneOf");
            let needed =
                object.fields.iter().filter(|field| !field.node.ty.node.nullable && field.node.default_value.is_none());
            let fields: Vec<_> = if is_one_of { object.fields.iter().take(1).collect() } else { needed.collect() };
            let fields = fields.into_iter().map(|field| {
                format!(
                    "{}: {}",
                    field.node.name.node,
                    literal(types, &Type { nullable: false, ..field.node.ty.node.clone() })
                )
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        _ => match name {
            "Int" | "Float" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "Decimal" => "\"1.00\"".to_owned(),
            "DateTime" => "\"2026-01-01T00:00:00Z\"".to_owned(),
            _ => "\"text\"".to_owned(),
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_root_field_is_for_whom_it_says() {
    let text = sdl();
    let document = parse_schema(&text).unwrap();
    let types = definitions(&document);
    for shop in Shop::each().await.into_iter().take(1) {
        let customer = Person::customer(&shop, &shop.engine, "ada@example.com").await;
        let nobody = Person::new(&shop, &shop.engine);
        let mut asked = 0;
        for (root, keyword) in [("Query", "query"), ("Mutation", "mutation")] {
            let TypeKind::Object(object) = &types[root].kind else { panic!("{root}") };
            for field in object.fields.iter().map(|field| &field.node) {
                let grants =
                    grants(&field.directives).unwrap_or_else(|| panic!("{root}.{} has no decision", field.name.node));
                let needed = field
                    .arguments
                    .iter()
                    .filter(|argument| !argument.node.ty.node.nullable && argument.node.default_value.is_none());
                let arguments: Vec<_> = needed
                    .map(|argument| format!("{}: {}", argument.node.name.node, literal(&types, &argument.node.ty.node)))
                    .collect();
                let arguments =
                    if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
                let is_object = types
                    .get(name_of(&field.ty.node))
                    .is_some_and(|ty| !matches!(ty.kind, TypeKind::Scalar | TypeKind::Enum(_)));
                let selection = if is_object { "{ __typename }" } else { "" };
                let query = format!("{keyword} {{ {}{arguments} {selection} }}", field.name.node);
                // Last, because it ends the session.
                if field.name.node == "customerLogOut" || field.name.node == "sessionRefresh" {
                    continue;
                }
                let code =
                    |answer: serde_json::Value| answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
                let by_nobody = code(answer(&nobody.send(&query, json!({})).await));
                let by_customer = code(answer(&customer.send(&query, json!({})).await));
                let (anyone, customers) = (grants.contains("ANYONE"), grants.contains("CUSTOMER"));
                assert_eq!(by_nobody.as_deref() == Some("UNAUTHENTICATED"), !anyone, "{query}: {by_nobody:?}");
                let is_forbidden = matches!(by_customer.as_deref(), Some("FORBIDDEN" | "UNAUTHENTICATED"));
                assert_eq!(is_forbidden, !(anyone || customers), "{query}: {by_customer:?}");
                assert_ne!(by_customer.as_deref(), Some("GRAPHQL_VALIDATION_FAILED"), "{query}");
                assert_ne!(by_customer.as_deref(), Some("INTERNAL"), "{query}");
                asked += 1;
            }
        }
        assert!(asked > 20, "{asked}");
    }
}
