//! The decisions of the schema, and four ways in which async-graphql's own cache control lets an answer be kept that must
//! not be.
use super::{CATALOG, DocumentPolicy, undecided};
use crate::{
    answer::{OutputTypes, plan},
    schema::sdl,
};
use async_graphql::parser::{parse_query, parse_schema, types::OperationType};

fn types() -> OutputTypes {
    OutputTypes::parse(&sdl()).unwrap()
}

fn policy(document: &str) -> DocumentPolicy {
    let document = parse_query(document).unwrap();
    let operation = &document.operations.iter().next().unwrap().1.node;
    plan(&types(), &document, operation, None).policy
}

#[test]
fn every_type_is_decided_about() {
    assert_eq!(undecided(&types()), Vec::<String>::new());
}

#[test]
fn a_type_without_a_decision_is_found() {
    let schema =
        "type Query { a: A, n: N } type A @cacheControl(maxAge: 60) { b: [B!]! } type B { c: Int } type Far { c: Int }
        interface N { c: Int } type M implements N { c: Int }";
    let types = OutputTypes::from(parse_schema(schema).unwrap());
    assert_eq!(undecided(&types), ["B", "M"]);
}

#[test]
fn the_text_says_what_the_constant_says() {
    assert_eq!(types().policies().of_type("Product"), Some(CATALOG));
    let max_age = CATALOG.policy().max_age;
    assert!(
        sdl().contains(&format!("@cacheControl(maxAge: {max_age}, scope: PUBLIC, mode: BOUNDED, staleIfError: 600)"))
    );
}

#[test]
fn an_answer_is_as_strict_as_its_strictest_part() {
    let cases = [
        ("{ product(slug: \"a\") { title priceRange { min { amount } } } }", Some(3600)),
        ("{ categories { name products { nodes { title } } } }", Some(3600)),
        // A field of a kept type that is never kept.
        ("{ product(slug: \"a\") { variants { nodes { availableForSale } } } }", None),
        // A type that is never kept, below kept ones.
        ("{ product(slug: \"a\") { title variants { nodes { stockLevels { available } } } } }", None),
        // Through an interface: whatever may be behind it.
        ("{ node(id: \"a\") { id } }", None),
        ("{ product(slug: \"a\") { title } node(id: \"a\") { id } }", None),
        // Nothing that has a life of its own.
        ("{ __typename }", None),
    ];
    for (document, expected) in cases {
        let policy = policy(document);
        assert_eq!((policy.max_age(), policy.is_public()), (expected.unwrap_or(0), expected.is_some()), "{document}");
    }
}

#[test]
fn what_is_private_is_not_public_beside_what_is() {
    let schema = "type Query { a: A, b: B } type A @cacheControl(maxAge: 60, scope: PUBLIC) { x: Int }
        type B @cacheControl(maxAge: 30, scope: PRIVATE, mode: STRICT) { x: Int }";
    let types = OutputTypes::from(parse_schema(schema).unwrap());
    let document = parse_query("{ a { x } b { x } }").unwrap();
    let operation = &document.operations.iter().next().unwrap().1.node;
    assert_eq!(operation.ty, OperationType::Query);
    let policy = plan(&types, &document, operation, None).policy;
    assert_eq!((policy.max_age(), policy.is_public()), (30, false));
}
