//! Objects that write themselves write what async-graphql would.
use crate::shop::{Shop, answer};
use async_graphql::parser::{
    parse_schema,
    types::{BaseType, ObjectType, TypeKind, TypeSystemDefinition},
};
use serde_json::json;
use std::collections::HashMap;

/// All fields of a type, so many levels deep: fields that come to the schema later are here by themselves.
struct Everything(HashMap<String, ObjectType>);

impl Everything {
    fn read() -> Self {
        let objects =
            parse_schema(tradewind_graphql::sdl()).unwrap().definitions.into_iter().filter_map(|definition| {
                let TypeSystemDefinition::Type(definition) = definition else { return None };
                match definition.node.kind {
                    TypeKind::Object(object) => Some((definition.node.name.node.to_string(), object)),
                    _ => None,
                }
            });
        Self(objects.collect())
    }

    fn of(&self, name: &str, levels: usize) -> String {
        let fields = self.0[name].fields.iter().filter_map(|field| {
            let field = &field.node;
            let arguments =
                match (field.name.node.as_str(), field.arguments.iter().any(|a| a.node.name.node == "first")) {
                    ("variantBySelectedOptions", _) => {
                        "(selectedOptions: [{ name: \"Size\", value: \"M\" }, { name: \"Color\", value: \"Red\" }])"
                    }
                    (_, true) => "(first: 2)",
                    _ => "",
                };
            let of = named(&field.ty.node.base);
            let below = match self.0.contains_key(of) {
                true if levels == 0 => return None,
                true => self.of(of, levels - 1),
                false => String::new(),
            };
            Some(format!("{}{arguments} {below}", field.name.node))
        });
        format!("{{ __typename {} }}", fields.collect::<Vec<_>>().join(" "))
    }
}

fn named(base: &BaseType) -> &str {
    match base {
        BaseType::Named(name) => name,
        BaseType::List(of) => named(&of.base),
    }
}

#[tokio::test]
async fn everything_is_written_as_it_is_resolved() {
    let all = Everything::read();
    let roots = [
        ("products(first: 3, search: \"cotton\")", "ProductConnection", 3),
        ("product(slug: \"product-1\")", "Product", 4),
        ("category(slug: \"category-8\")", "Category", 3),
        ("categories", "Category", 1),
        ("collections(first: 2)", "CollectionConnection", 3),
        ("channels", "Channel", 1),
        ("predictiveSearch(query: \"co\")", "PredictiveSearchResult", 2),
    ];
    for shop in Shop::each().await {
        for (root, object, levels) in roots {
            let selected = all.of(object, levels);
            let walked = shop.execute(&format!("{{ {root} {selected} }}"), json!({}), None).await;
            // A key that is selected twice keeps objects from writing themselves.
            let twice = format!("{{ __typename {root} {selected} __typename }}");
            let resolved = shop.execute(&twice, json!({}), None).await;
            assert_eq!(walked.statements, resolved.statements, "{}: {root}", shop.name);
            let (walked, mut resolved) = (answer(&walked), answer(&resolved));
            assert!(walked.get("errors").is_none(), "{}: {root}: {}", shop.name, walked["errors"]);
            assert_eq!(resolved["data"].as_object_mut().unwrap().remove("__typename"), Some(json!("Query")));
            assert_eq!(walked["data"].to_string(), resolved["data"].to_string(), "{}: {root}", shop.name);
            assert!(walked.to_string().len() > 200, "{}: {root} finds something", shop.name);
        }
    }
}
