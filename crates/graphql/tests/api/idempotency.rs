//! Requests that come twice, also at once.
use crate::{
    people::{LOG_IN, PASSWORD, Person},
    shop::{Shop, answer},
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tradewind_graphql::Outcome;

const CREATE: &str =
    "mutation($city: String!) { addressCreate(input: { lastName: \"L\", line1: \"Street 1\", city: $city,
    postalCode: \"10115\", country: \"DE\" }) { address { id city } userErrors { code } } }";

fn text(outcome: &Outcome) -> String {
    let mut text = Vec::new();
    outcome.write_json(&mut text);
    String::from_utf8(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_duplicates_at_once_one_runs() {
    for shop in Shop::each().await {
        let ada = Person::customer(&shop, &shop.engine, "ada@example.com").await;
        let keyed = ada.with_key("create-1");
        let answers = join_all((0..20).map(|_| keyed.send(CREATE, json!({ "city": "Berlin" })))).await;
        let first = text(&answers[0]);
        assert!(answers.iter().all(|outcome| text(outcome) == first), "{}: {first}", shop.name);
        assert_eq!(answers.iter().filter(|outcome| !outcome.replayed).count(), 1, "{}", shop.name);
        let later = keyed.send(CREATE, json!({ "city": "Berlin" })).await;
        assert!(later.replayed && text(&later) == first, "{}: to the byte", shop.name);
        let other = answer(&keyed.send(CREATE, json!({ "city": "Hamburg" })).await);
        assert_eq!(other["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{other}");
        assert!(other.get("data").is_none_or(Value::is_null), "{other}");
        let book = ada.ask("{ customer { addresses { city } } }", json!({})).await;
        assert_eq!(book["customer"]["addresses"], json!([{ "city": "Berlin" }]), "{}", shop.name);
        // Somebody else's key of the same name is another one.
        let eve = Person::customer(&shop, &shop.engine, "eve@example.com").await;
        let hers = eve.with_key("create-1").send(CREATE, json!({ "city": "Berlin" })).await;
        assert!(!hers.replayed, "{}", shop.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_an_outcome_too() {
    for shop in Shop::each().await {
        let ada = Person::customer(&shop, &shop.engine, "ada@example.com").await.with_key("refused");
        let first = ada.send(CREATE, json!({ "city": "" })).await;
        assert_eq!(answer(&first)["data"]["addressCreate"]["userErrors"][0]["code"], "REQUIRED");
        let again = ada.send(CREATE, json!({ "city": "" })).await;
        assert!(again.replayed && text(&again) == text(&first), "{}", shop.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_begun_once_and_its_token_kept_for_its_client_alone() {
    for shop in Shop::each().await {
        let mut ada = Person::new(&shop, &shop.engine);
        ada.register("ada@example.com").await;
        let variables = json!({ "email": "ada@example.com", "password": PASSWORD });
        assert_eq!(ada.with_key("short").refused(LOG_IN, variables.clone()).await, "BAD_USER_INPUT");
        let keyed = ada.with_key("6e9c63c9-94a1-4dc7-8f5a-21f0a8f3a4a0");
        let answers = join_all((0..5).map(|_| keyed.send(LOG_IN, variables.clone()))).await;
        let token = |outcome: &Outcome| answer(outcome)["data"]["customerLogIn"]["session"]["token"].clone();
        let first = token(&answers[0]);
        assert!(first.is_string() && answers.iter().all(|outcome| token(outcome) == first), "{}", shop.name);
        assert_eq!(answers.iter().filter(|outcome| !outcome.replayed).count(), 1, "{}", shop.name);
        ada.use_token(first.as_str().unwrap()).await;
        let me = ada.ask("{ customer { devices { id } } }", json!({})).await;
        assert_eq!(me["customer"]["devices"].as_array().unwrap().len(), 1, "{}", shop.name);
        let stored = shop.idempotency_texts().await;
        assert!(!stored.is_empty(), "{}", shop.name);
        for secret in [first.as_str().unwrap(), PASSWORD, "6e9c63c9"] {
            assert!(stored.iter().all(|text| !text.contains(secret)), "{}: {secret} is in the database", shop.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_before_a_crash_is_not_done_again() {
    const TWO: &str = "mutation($city: String!) { a: addressCreate(input: { lastName: \"L\", line1: \"Street 1\", city: \"Berlin\",
        postalCode: \"10115\", country: \"DE\" }) { address { city } } b: addressCreate(input: { lastName: \"L\", line1: \"Street 1\",
        city: $city, postalCode: \"10115\", country: \"DE\" }) { address { city } userErrors { code } } }";
    for shop in Shop::each().await {
        let ada = Person::customer(&shop, &shop.engine, "ada@example.com").await;
        let keyed = ada.with_key("two");
        keyed.send(TWO, json!({ "city": "Bremen" })).await;
        // As if the process had ended between the two fields: neither the second one nor the answer is known.
        shop.sabotage("DELETE FROM idempotency_outcomes WHERE field = 'b'").await;
        shop.sabotage("UPDATE idempotency_keys SET answer = NULL").await;
        shop.sabotage("DELETE FROM addresses WHERE city = 'Bremen'").await;
        let again = keyed.send(TWO, json!({ "city": "Bremen" })).await;
        assert_eq!(answer(&again)["data"]["a"]["address"]["city"], "Berlin", "{}", text(&again));
        assert!(!again.replayed, "{}: half of it was new", shop.name);
        let book = ada.ask("{ customer { addresses { city } } }", json!({})).await;
        let mut cities: Vec<_> =
            book["customer"]["addresses"].as_array().unwrap().iter().map(|it| it["city"].to_string()).collect();
        cities.sort();
        assert_eq!(cities, ["\"Berlin\"", "\"Bremen\""], "{}: in the same moment, so in no order", shop.name);
    }
}
