//! Every field of a root type, asked for by everybody: documents are made from the schema, and a field without a decision
//! fails.
use crate::{
    people::Person,
    shop::{Shop, answer},
};
use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
            TypeSystemDefinition,
        },
    },
};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use tradewind_domain::{
    staff::{Area, BuiltInRole, Permission, Permissions},
    word::Word as _,
};
use tradewind_graphql::sdl;

/// Who may ask, as the schema says.
fn grants(directives: &[async_graphql::Positioned<async_graphql::parser::types::ConstDirective>]) -> Option<String> {
    let access = directives.iter().find(|directive| directive.node.name.node == "access")?;
    Some(access.node.get_argument("to")?.node.to_string())
}

pub fn definitions(document: &ServiceDocument) -> HashMap<&str, &TypeDefinition> {
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
fn literal(types: &HashMap<&str, &TypeDefinition>, name: &str, ty: &Type, id: &dyn Fn(&str) -> String) -> String {
    if let BaseType::List(inner) = &ty.base {
        return format!("[{}]", literal(types, name, inner, id));
    }
    let type_name = name_of(ty);
    match types.get(type_name).map(|definition| &definition.kind) {
        Some(TypeKind::Enum(values)) => values.values[0].node.value.node.to_string(),
        Some(TypeKind::InputObject(object)) => {
            let is_one_of = types[type_name].directives.iter().any(|directive| directive.node.name.node == "oneOf");
            let needed =
                object.fields.iter().filter(|field| !field.node.ty.node.nullable && field.node.default_value.is_none());
            let fields: Vec<_> = if is_one_of { object.fields.iter().take(1).collect() } else { needed.collect() };
            let fields = fields.into_iter().map(|field| {
                format!(
                    "{}: {}",
                    field.node.name.node,
                    literal(
                        types,
                        &format!("{name}.{}", field.node.name.node),
                        &Type { nullable: false, ..field.node.ty.node.clone() },
                        id
                    )
                )
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        _ => match type_name {
            "ID" => format!("\"{}\"", id(name)),
            "String" if name.ends_with("urrencyCode") => "\"EUR\"".to_owned(),
            "Int" | "Float" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "Decimal" => "\"1.00\"".to_owned(),
            "DateTime" => "\"2026-01-01T00:00:00Z\"".to_owned(),
            _ => "\"text\"".to_owned(),
        },
    }
}

/// Somebody, and the words of the schema that let them in.
struct Asker<'s> {
    name: String,
    person: Person<'s>,
    words: HashSet<String>,
}

impl<'s> Asker<'s> {
    fn new(name: impl Into<String>, person: Person<'s>, words: &[&str], permissions: Permissions) -> Self {
        let of_permission = |permission: Permission| permission.to_string().replace(':', "_").to_uppercase();
        let own = words.iter().map(|word| (*word).to_owned());
        Self { name: name.into(), person, words: own.chain(permissions.iter().map(of_permission)).collect() }
    }
}

/// Nobody, a customer, each role, and an API key for each scope.
async fn askers(shop: &Shop) -> Vec<Asker<'_>> {
    let engine = &shop.engine;
    let mut all = vec![
        Asker::new("nobody", Person::new(shop, engine), &["ANYONE"], Permissions::NONE),
        Asker::new(
            "a customer",
            Person::customer(shop, engine, "ada@example.com").await,
            &["ANYONE", "CUSTOMER"],
            Permissions::NONE,
        ),
    ];
    for role in BuiltInRole::ALL {
        let person = Person::staff(shop, engine, *role).await;
        all.push(Asker::new(role.as_str(), person, &["ANYONE", "STAFF"], role.permissions()));
    }
    let owner = Person::staff(shop, engine, BuiltInRole::Owner).await;
    for permission in Permission::all().filter(|permission| permission.area != Area::Staff) {
        let scopes: Permissions = [permission].into_iter().collect();
        let person = owner.api_key(scopes).await;
        all.push(Asker::new(format!("a key for {permission}"), person, &["ANYONE"], scopes));
    }
    all
}

/// A document with one root field; an object is asked for the selection, and the ids are those of the ways to them, such as
/// `input.lines.variantId`.
pub fn document_for(
    types: &HashMap<&str, &TypeDefinition>,
    keyword: &str,
    field: &FieldDefinition,
    selection: &str,
    id: &dyn Fn(&str) -> String,
) -> String {
    let is_needed = |argument: &&Positioned<InputValueDefinition>| {
        !argument.node.ty.node.nullable && argument.node.default_value.is_none()
    };
    let argument = |argument: &Positioned<InputValueDefinition>| {
        format!("{}: {}", argument.node.name.node, literal(types, &argument.node.name.node, &argument.node.ty.node, id))
    };
    let arguments: Vec<_> = field.arguments.iter().filter(is_needed).map(argument).collect();
    let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
    let is_object =
        types.get(name_of(&field.ty.node)).is_some_and(|ty| !matches!(ty.kind, TypeKind::Scalar | TypeKind::Enum(_)));
    let selection = if is_object { selection } else { "" };
    format!("{keyword} {{ {}{arguments} {selection} }}", field.name.node)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_root_field_is_for_whom_it_says() {
    let text = sdl();
    let document = parse_schema(&text).unwrap();
    let types = definitions(&document);
    let shop = Shop::each().await.into_iter().next().unwrap();
    let askers = askers(&shop).await;
    let mut asked = 0;
    for (root, keyword) in [("Query", "query"), ("Mutation", "mutation")] {
        let TypeKind::Object(object) = &types[root].kind else { panic!("{root}") };
        for field in object.fields.iter().map(|field| &field.node) {
            let name = field.name.node.as_str();
            let decision = grants(&field.directives).unwrap_or_else(|| panic!("{root}.{name} has no decision"));
            let decision: HashSet<String> =
                decision.trim_matches(['[', ']']).split(',').map(|word| word.trim().to_owned()).collect();
            let query = document_for(&types, keyword, field, "{ __typename }", &|_| "text".to_owned());
            // They end the session that asks.
            if ["customerLogOut", "sessionRefresh", "staffLogOut"].contains(&name) {
                continue;
            }
            for asker in &askers {
                let answer = answer(&asker.person.send(&query, json!({})).await);
                let code = answer["errors"][0]["extensions"]["code"].as_str();
                let may = !asker.words.is_disjoint(&decision);
                let is_refused = match code {
                    Some("UNAUTHENTICATED") => asker.words.len() == 1 || !may,
                    Some("FORBIDDEN") => true,
                    _ => false,
                };
                assert_eq!(is_refused, !may, "{} sends {query}: {answer}", asker.name);
                assert!(!matches!(code, Some("GRAPHQL_VALIDATION_FAILED" | "INTERNAL")), "{query}: {answer}");
                asked += 1;
            }
        }
    }
    assert!(asked > 1_000, "{asked}");
}
