//! Each way in which a variable can be wrong, and each that looks wrong and is not.
use super::{TypeSystem, coerce};
use async_graphql::{Variables, parser::parse_query};
use proptest::prelude::*;
use serde_json::{Value, json};

const SDL: &str = r#"
    enum Sort { NEWEST TITLE }
    scalar Decimal
    scalar JSON
    scalar DateTime
    input Bounds { min: Decimal max: Decimal }
    input Option { name: String! values: [String!]! limit: Int! = 3 }
    input Filter { price: Bounds options: [Option!] inStock: Boolean rating: Float }
    input By @oneOf { id: ID slug: String }
"#;

fn run(ty: &str, variables: Value) -> Result<Value, Vec<String>> {
    let types = TypeSystem::parse(SDL).unwrap();
    let document = parse_query(format!("query($v: {ty}) {{ a }}")).unwrap();
    let operation = &document.operations.iter().next().unwrap().1.node;
    match coerce(&types, operation, Variables::from_json(variables)) {
        Ok(variables) => Ok(variables.into_value().into_json().unwrap()),
        Err(errors) => {
            for error in &errors {
                assert!(error.extensions.as_ref().unwrap().get("code").is_some());
                assert_eq!(error.locations.len(), 1);
            }
            Err(errors.into_iter().map(|error| error.message).collect())
        }
    }
}

#[test]
fn what_fits_is_coerced() {
    let cases = [
        ("Int", json!(5), json!(5)),
        ("Int", json!(5.0), json!(5)),
        ("Int", json!(-2_147_483_648i64), json!(-2_147_483_648i64)),
        ("Int", json!(null), json!(null)),
        ("Int! = 3", json!(4), json!(4)),
        ("Float", json!(5), json!(5)),
        ("Float", json!(5.25), json!(5.25)),
        ("ID", json!("a"), json!("a")),
        ("ID!", json!(12), json!("12")),
        ("String", json!(""), json!("")),
        ("Boolean!", json!(false), json!(false)),
        ("Sort", json!("TITLE"), json!("TITLE")),
        ("Decimal", json!("12.99"), json!("12.99")),
        ("Decimal", json!(12), json!(12)),
        ("JSON", json!({ "a": [1, "b", null] }), json!({ "a": [1, "b", null] })),
        ("[Int!]!", json!(5), json!([5])),
        ("[[Int]]", json!(5), json!([[5]])),
        ("[Int]", json!([1, null, 2.0]), json!([1, null, 2])),
        ("[Int!]", json!([]), json!([])),
        ("[ID!]!", json!(7), json!(["7"])),
        ("Filter", json!({}), json!({})),
        (
            "Filter",
            json!({ "options": { "name": "a", "values": "b" } }),
            json!({ "options": [{ "name": "a", "values": ["b"] }] }),
        ),
        ("Filter", json!({ "price": null }), json!({ "price": null })),
        ("By", json!({ "id": 1 }), json!({ "id": "1" })),
    ];
    for (ty, given, expected) in cases {
        assert_eq!(run(ty, json!({ "v": given })), Ok(json!({ "v": expected })), "{ty}: {given}");
    }
    assert_eq!(run("Int", json!({})), Ok(json!({})));
    assert_eq!(run("Int! = 3", json!({})), Ok(json!({})));
    assert_eq!(run("Int", json!({ "other": 1, "v": 2 })), Ok(json!({ "v": 2 })));
}

#[test]
fn what_does_not_fit_is_named_with_its_place_its_value_and_what_is_expected() {
    let int = "whole number from -2147483648 to 2147483647";
    let cases = [
        ("Int", json!("5"), "`$v` is \"5\", but must be `Int`: a ", int),
        ("Int", json!(5.5), "`$v` is 5.5, but", int),
        ("Int", json!(2_147_483_648i64), "`$v` is 2147483648, but", int),
        ("Int", json!(-2_147_483_649i64), "`$v` is -2147483649, but", int),
        ("Int", json!(18_446_744_073_709_551_615u64), "`$v` is 18446744073709551615", int),
        ("Int", json!(1e300), "`$v` is 1e+300", int),
        ("Int", json!(true), "`$v` is true", int),
        ("Int", json!([1]), "`$v` is [1]", int),
        ("Int!", json!(null), "`$v` is null", "`Int!`"),
        ("Float", json!("1"), "`$v` is \"1\"", "`Float`: a number"),
        ("String", json!(1), "`$v` is 1", "`String`: a string"),
        ("Boolean", json!("true"), "`$v` is \"true\"", "true or false"),
        ("Boolean", json!(0), "`$v` is 0", "true or false"),
        ("ID", json!(1.5), "`$v` is 1.5", "the `id` that a query returned"),
        ("ID", json!({}), "`$v` is {}", "`ID`"),
        ("Decimal", json!([]), "`$v` is []", "12.99"),
        ("DateTime", json!(1), "`$v` is 1", "2026-01-31T12:00:00Z"),
        ("Sort", json!("title"), "`$v` is \"title\"", "one of NEWEST, TITLE"),
        ("Sort", json!(1), "`$v` is 1", "`Sort`"),
        ("[Int!]", json!([1, null]), "`$v[1]` is null", "`Int!`"),
        ("[Int!]!", json!([1, "x"]), "`$v[1]` is \"x\"", int),
        ("[[Int]]", json!([[1], [true]]), "`$v[1][0]` is true", int),
        ("Filter", json!(1), "`$v` is 1", "`Filter`: an object"),
        (
            "Filter",
            json!({ "nope": 1 }),
            "`$v` has a field `nope`",
            "`Filter` has only price, options, inStock, rating",
        ),
        ("Filter", json!({ "price": { "min": {} } }), "`$v.price.min` is {}", "`Decimal`"),
        ("Filter", json!({ "options": [{ "name": "a" }] }), "`$v.options[0]` lacks the field `values`", "`[String!]!`"),
        (
            "Filter",
            json!({ "options": [{ "name": "a", "values": [1] }] }),
            "`$v.options[0].values[0]` is 1",
            "`String`",
        ),
        (
            "Filter",
            json!({ "options": [{ "name": "a", "values": [], "limit": null }] }),
            "`$v.options[0].limit` is null",
            "`Int!`",
        ),
        ("By", json!({}), "`$v` has 0 fields", "exactly one"),
        ("By", json!({ "id": 1, "slug": "a" }), "`$v` has 2 fields", "exactly one"),
        ("By", json!({ "id": null }), "`$v` has 1 fields", "not null"),
    ];
    for (ty, given, place, expected) in cases {
        let errors = run(ty, json!({ "v": given })).unwrap_err();
        assert!(errors[0].contains(place) && errors[0].contains(expected), "{ty}: {given}: {errors:?}");
    }
    assert!(
        run("Int!", json!({})).unwrap_err()[0]
            .contains("`$v` is missing, but the operation needs a value of type `Int!`")
    );
}

#[test]
fn a_flood_of_wrong_values_gives_a_short_answer() {
    let errors = run("[Int!]!", json!({ "v": vec!["x".repeat(1000); 5000] })).unwrap_err();
    assert_eq!(errors.len(), 10);
    assert!(errors.iter().all(|error| error.chars().count() < 200), "{errors:?}");
    let errors = run("Filter", json!({ "v": { "n".repeat(100_000): 1 } })).unwrap_err();
    assert!(errors[0].chars().count() < 200, "{errors:?}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        Just(json!("TITLE")),
    ];
    let keys =
        prop_oneof![Just("price"), Just("options"), Just("name"), Just("values"), Just("id"), Just("min"), Just("x")];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(keys.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever comes, coerced values need no second coercion.
    #[test]
    fn coercion_is_idempotent(value in any_json(), ty in prop_oneof![
        Just("Int"), Just("Float!"), Just("ID"), Just("[Int!]!"), Just("[[ID]]"), Just("Filter"), Just("[Filter!]"), Just("By"), Just("Sort"),
    ]) {
        if let Ok(once) = run(ty, json!({ "v": value })) {
            prop_assert_eq!(run(ty, once.clone()), Ok(once));
        }
    }
}
