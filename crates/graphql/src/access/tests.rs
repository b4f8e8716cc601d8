//! The decisions of the schema.
use super::{DocumentAccess, FieldAccess, Grant, Grants, Viewer};
use crate::{error::Code, schema::sdl};
use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use uuid::Uuid;

#[test]
fn every_root_field_is_decided_about() {
    let document = parse_schema(sdl()).unwrap();
    let access = FieldAccess::of(&document);
    let mut undecided = Vec::new();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.as_str();
        let TypeKind::Object(object) = &definition.node.kind else { continue };
        if ["Query", "Mutation", "Subscription"].contains(&name) {
            let fields = object.fields.iter().map(|field| field.node.name.node.as_str());
            undecided
                .extend(fields.filter(|field| access.of_field(name, field).is_none()).map(|f| format!("{name}.{f}")));
        }
    }
    assert_eq!(undecided, Vec::<String>::new());
}

#[test]
fn a_document_is_for_those_who_may_use_all_of_it() {
    let customer = Viewer::Customer { customer: Uuid::nil(), session: Uuid::nil() };
    let mut access = DocumentAccess::default();
    access.need("Query", "products", Grants::of(&[Grant::Anyone]));
    assert_eq!(access.check(None), Ok(()));
    access.need("Mutation", "addressCreate", Grants::of(&[Grant::Customer]));
    let (code, message) = access.check(None).unwrap_err();
    assert_eq!(code, Code::Unauthenticated);
    assert!(message.contains("`Mutation.addressCreate`") && message.contains("CUSTOMER"), "{message}");
    assert_eq!(access.check(Some(customer)), Ok(()));
    access.need("Query", "nobody", Grants::default());
    assert_eq!(access.check(Some(customer)).unwrap_err().0, Code::Forbidden);
}

#[test]
fn a_word_that_is_not_known_lets_nobody_in() {
    let schema = "type Query { a: Int @access(to: [ANYONE]) b: Int @access(to: [NOBODY_KNOWS]) c: Int }";
    let access = FieldAccess::of(&parse_schema(schema).unwrap());
    assert_eq!(access.of_field("Query", "a"), Some(Grants::of(&[Grant::Anyone])));
    assert_eq!(access.of_field("Query", "b"), Some(Grants::default()));
    assert_eq!(access.of_field("Query", "c"), None);
}
