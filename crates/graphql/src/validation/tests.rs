//! One valid and one invalid document for each rule; `clients/suites/validation.mjs` compares many more with graphql-js.
use super::{Policy, TypeSystem, Validated, validate};
use async_graphql::parser::parse_query;

const SDL: &str = r#"
    schema { query: Query subscription: Subscription }
    directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @tag(name: String) repeatable on FIELD
    type Query { pet(id: ID, by: By, limit: Int! = 5): Pet dog: Dog dogs(filter: Filter, ids: [ID!]): [Dog!]! any: Any }
    type Subscription { one: Int two: Int }
    interface Pet { name: String! }
    type Dog implements Pet { name: String! barks: Boolean size(unit: Unit!): Int owner: Human }
    type Cat implements Pet { name: String! meows: Boolean size: String }
    type Human { name: String pets: [Pet!]! }
    union Any = Dog | Human
    enum Unit { CM INCH }
    input Filter { name: String! unit: Unit tags: [String!] min: Float limit: Int! = 1 inner: Filter }
    input By @oneOf { id: ID name: String }
"#;

fn check(text: &str, introspection: bool) -> Result<Validated, Vec<String>> {
    let types = TypeSystem::parse(SDL).unwrap();
    let document = parse_query(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    validate(&types, &document, text, Policy { introspection })
        .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
}

#[test]
fn valid_documents_pass() {
    let cases = [
        "{ dog { name __typename } }",
        "{ pet { name ... on Dog { barks } ... on Cat { meows } __typename } }",
        "{ any { __typename ... on Dog { barks } ... on Pet { name } } }",
        "query($a: Boolean!) { dog { __typename @include(if: $a) } }",
        "query($n: Int) { pet(limit: $n) { name } }",
        "query($n: Int! = 5) { pet(limit: $n) { name } }",
        "query($n: Int = 5) { pet(limit: $n) { name } }",
        "query($id: ID!, $ids: [ID!]!) { pet(id: $id) { name } dogs(ids: $ids) { name } }",
        "query($id: ID!) { dogs(ids: [$id, \"b\", 3]) { name } dog { name } }",
        "query($f: Filter = { name: \"a\", tags: \"b\" }) { dogs(filter: $f) { name } }",
        "query($u: Unit) { dogs(filter: { name: \"a\", unit: $u, min: 3, inner: { name: \"b\" } }) { name } }",
        "query($id: ID!) { pet(by: { id: $id }) { name } }",
        "{ dog { size(unit: CM) size(unit: CM) } }",
        "{ pet { ... on Dog { a: barks } ... on Cat { a: meows } } }",
        "{ dog { name @tag(name: \"a\") @tag } }",
        "{ ...a ...b } fragment a on Query { ...b } fragment b on Query { dog { name } }",
        "query A { ...a } query B($i: ID) { pet(id: $i) { name } } fragment a on Query { dog { name } }",
        "{ __schema { types { name fields(includeDeprecated: true) { name } } } __type(name: \"Dog\") { kind } }",
        "subscription { one }",
        "subscription { a: one ...a } fragment a on Subscription { a: one }",
    ];
    for text in cases {
        if let Err(errors) = check(text, true) {
            panic!("{text}: {errors:?}");
        }
    }
}

#[test]
fn each_rule_refuses_and_says_what_to_do() {
    let cases = [
        ("{ dgo { name } }", "`Query` has no field `dgo`. Did you mean `dog`?"),
        ("{ any { name } }", "`Any` has no field `name`."),
        ("{ dog }", "say which of its fields, as in `dog { … }`"),
        ("{ dog { name { a } } }", "`name` is a `String!`, which has no fields"),
        ("{ dog { __typename { a } } }", "`__typename` is a `String!`"),
        ("{ dog { __typename(a: 1) } }", "`__typename` has no argument `a`"),
        ("{ dog { __schema { types { name } } } }", "`Dog` has no field `__schema`"),
        ("mutation { a }", "the schema has no mutations"),
        ("{ ... on Nope { a } }", "there is no type `Nope`"),
        ("{ dog { ... on Unit { a } } }", "`Unit` has no fields"),
        ("{ dog { ... on Cat { name } } }", "a fragment on `Cat` cannot stand here: no `Dog` is one"),
        ("{ dog { ...a } } fragment a on Cat { name }", "no `Dog` is one"),
        ("{ ...nope }", "there is no fragment `nope`"),
        ("{ dog { name } } fragment a on Dog { name }", "fragment `a` is not used"),
        ("query($a: Nope) { pet(id: $a) { name } }", "there is no type `Nope`"),
        ("query($a: Dog) { pet(id: $a) { name } }", "`$a` is a `Dog`, which is no input"),
        ("query($a: ID, $a: ID) { pet(id: $a) { name } }", "`$a` is declared twice"),
        ("query($a: ID) { dog { name } }", "`$a` is not used"),
        ("{ pet(id: $a) { name } }", "`$a` is not declared"),
        (
            "query A { ...a } query B($i: ID) { ...a } fragment a on Query { pet(id: $i) { name } }",
            "`$i` is not declared",
        ),
        ("query($a: Int) { pet(id: $a) { name } }", "`$a` is a `Int`, but `ID` is needed here"),
        ("query($a: [ID]) { dogs(ids: $a) { name } }", "`$a` is a `[ID]`, but `[ID!]`"),
        ("query($a: ID) { dogs(ids: [$a]) { name } }", "`$a` is a `ID`, but `ID!`"),
        ("query($a: ID!) { dogs(ids: $a) { name } }", "`$a` is a `ID!`, but `[ID!]`"),
        ("query($a: Boolean) { dog { name @include(if: $a) } }", "`$a` is a `Boolean`, but `Boolean!`"),
        ("query($a: Boolean = null) { dog { name @include(if: $a) } }", "`Boolean!` is needed"),
        ("query($a: Boolean) { dog { __typename @include(if: $a) } }", "`Boolean!` is needed"),
        ("{ dog { __typename @nope } }", "there is no directive `@nope`"),
        ("query($n: String) { dogs(filter: { name: $n }) { name } }", "`$n` is a `String`, but `String!`"),
        ("query($i: ID) { pet(by: { id: $i }) { name } }", "`$i` is a `ID`"),
        ("query($a: Int = \"x\") { pet(limit: $a) { name } }", "`$a` is \"x\", but must be `Int`"),
        ("query($a: Int @tag) { pet(limit: $a) { name } }", "`@tag` cannot stand here"),
        ("query @include(if: true) { dog { name } }", "`@include` cannot stand here"),
        ("{ dog { name @include } }", "`@include` needs the argument `if` of type `Boolean!`"),
        ("{ dog { name @include(if: true) @include(if: true) } }", "`@include` stands here twice"),
        ("{ dog { name @include(if: true, fi: 1) } }", "`@include` has no argument `fi`. Did you mean `if`?"),
        ("{ dog { size } }", "`Dog.size` needs the argument `unit` of type `Unit!`"),
        ("{ dog { size(unit: null) } }", "`unit` is null"),
        ("{ dog { size(unit: \"CM\") } }", "`unit` is \"CM\", but must be `Unit`: one of CM, INCH, without quotes"),
        ("{ dog { size(unti: CM) } }", "`Dog.size` has no argument `unti`. Did you mean `unit`?"),
        ("{ pet(id: \"a\", id: \"b\") { name } }", "argument `id` is given twice"),
        ("{ pet(limit: 2147483648) { name } }", "`limit` is 2147483648, but must be `Int`"),
        ("{ pet(limit: 1.0) { name } }", "`limit` is 1.0"),
        ("{ pet(id: 1.5) { name } }", "`id` is 1.5"),
        ("{ pet(id: a) { name } }", "`id` is a, but must be `ID`"),
        ("{ dogs(ids: [\"a\", [\"b\"]]) { name } }", "`ids[1]` is [\"b\"]"),
        ("{ dogs(filter: {}) { name } }", "`filter` lacks the field `name` of type `String!`"),
        (
            "{ dogs(filter: { name: \"a\", nmae: 1 }) { name } }",
            "`filter` has a field `nmae`, which `Filter` does not have. Did you mean `name`?",
        ),
        (
            "{ dogs(filter: { name: \"a\", inner: { name: \"b\", tags: [1] } }) { name } }",
            "`filter.inner.tags[0]` is 1",
        ),
        ("{ dogs(filter: { name: \"a\", name: \"b\" }) { name } }", "the field `name` is given twice"),
        (
            "query($f: Filter = { name: \"a\", inner: { name: \"a\" name: \"b\" } }) { dogs(filter: $f) { name } }",
            "given twice",
        ),
        ("{ dogs(filter: 3) { name } }", "`filter` is 3, but must be `Filter`: an object"),
        ("{ pet(by: {}) { name } }", "`by` has 0 fields, but `By` takes exactly one"),
        ("{ pet(by: { id: 1, name: \"a\" }) { name } }", "`by` has 2 fields"),
        ("{ pet(by: { id: null }) { name } }", "`by.id` is null"),
        ("{ a: dog { name } a: dogs { name } }", "`a` stands for `dog`"),
        ("{ dog { a: name a: barks } }", "`a` stands for `name`"),
        ("{ dog { size(unit: CM) size(unit: INCH) } }", "`size` stands for `size` with different arguments"),
        ("{ dog { owner { n: name } owner { n: pets { name } } } }", "`n` stands for `name`"),
        (
            "{ pet { ... on Dog { size(unit: CM) } ... on Cat { size } } }",
            "`size` stands for `size`, a `Int`, and for `size`, a `String`",
        ),
        ("{ dog { ...a ...b } } fragment a on Dog { x: name } fragment b on Pet { x: __typename }", "`x` stands for `"),
        ("{ __tradewind_typename: dog { name } }", "are the server's own"),
        ("query B { dog { name } } queryA { dog { name } }", "`queryA` begins no operation"),
        ("{ dogs(ids: [01]) { name } }", "`01` is no number"),
        ("query A() { dog { name } }", "nothing between"),
        ("subscription { one two }", "exactly one field"),
        ("subscription { __typename }", "exactly one field"),
    ];
    for (text, expected) in cases {
        let errors = check(text, true).err().unwrap_or_else(|| panic!("{text}: accepted"));
        assert!(errors.iter().any(|error| error.contains(expected)), "{text}: {errors:?} should contain {expected}");
    }
}

#[test]
fn where_introspection_is_closed_nothing_of_the_schema_is_told() {
    for (text, secret) in
        [("{ dgo { name } }", "dogs"), ("{ dog { size(unti: CM) } }", "mean"), ("{ dog { size(unit: X) } }", "INCH")]
    {
        let errors = check(text, false).unwrap_err();
        assert!(errors.iter().all(|error| !error.contains(secret)), "{errors:?}");
    }
    for text in ["{ __schema { types { name } } }", "{ ...a } fragment a on Query { __type(name: \"Dog\") { name } }"] {
        assert!(check(text, false).unwrap_err()[0].contains("introspection is closed"), "{text}");
    }
    assert!(check("{ __typename }", false).is_ok());
}

#[test]
fn variables_that_let_a_default_come_in_are_noted() {
    assert!(check("query($n: Int) { pet(limit: $n) { name } }", true).unwrap().has_optional);
    assert!(!check("query($n: Int = 3) { pet(limit: $n) { name } }", true).unwrap().has_optional);
    assert!(!check("query($i: ID) { pet(id: $i) { name } }", true).unwrap().has_optional);
}

#[test]
fn a_flood_of_mistakes_gives_a_short_answer() {
    let text = format!("{{ {} }}", "nope ".repeat(4_000));
    assert_eq!(check(&text, true).unwrap_err().len(), 20);
    let long = format!("{{ {} }}", "n".repeat(60_000));
    assert!(check(&long, true).unwrap_err()[0].chars().count() < 200);
}
