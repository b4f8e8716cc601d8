//! Customers in the hands of staff.
use crate::{
    desk::{audit, audit_text, done, failed, keeping, nobody, refused},
    people::{LOG_IN, PASSWORD, Person},
    shop::Shop,
};
use serde_json::{Value, json};
use tradewind_domain::{
    global_id::NodeKind,
    staff::{Area, BuiltInRole, Permission},
};
use tradewind_graphql::{Authenticated, sdl};

const FIND: &str = "query($query: String, $first: Int, $after: String) { managedCustomers(query: $query, first: $first, after: $after) {
    nodes { id email isDisabled isEmailVerified } pageInfo { hasNextPage endCursor } } }";

async fn log_in_code(person: &Person<'_>, email: &str) -> Value {
    let answer = person.ask(LOG_IN, json!({ "email": email, "password": PASSWORD })).await;
    answer["customerLogIn"]["userErrors"][0]["code"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_find_customers_by_the_beginning_of_their_email() {
    for shop in Shop::each().await {
        let engine = keeping(&shop);
        let support = Person::staff(&shop, engine, BuiltInRole::Support).await;
        let ada = Person::customer(&shop, engine, "ada@example.com").await;
        let create = "mutation { addressCreate(input: { lastName: \"L\", line1: \"Street 1\", city: \"Berlin\",
            postalCode: \"10115\", country: \"DE\" }) { userErrors { code } } }";
        ada.ask(create, json!({})).await;
        let found = support.ask(FIND, json!({ "query": " ADA@" })).await["managedCustomers"].take();
        assert_eq!(found["nodes"][0]["email"], "ada@example.com", "{}: {found}", shop.name);
        let id = found["nodes"][0]["id"].clone();
        let (mut emails, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = support.ask(FIND, json!({ "query": "C1", "first": 4, "after": after })).await;
            let page = &page["managedCustomers"];
            emails.extend(page["nodes"].as_array().unwrap().iter().map(|it| it["email"].as_str().unwrap().to_owned()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let mut expected: Vec<_> =
            [1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map(|number| format!("c{number}@shop.example")).to_vec();
        expected.sort();
        assert_eq!(emails, expected, "{}", shop.name);
        let newest = support.ask(FIND, json!({ "first": 100 })).await["managedCustomers"].take();
        assert_eq!(newest["nodes"].as_array().unwrap().len(), 21, "{}", shop.name);
        for nothing in ["zzz", "ada\u{0}", "%", "a_a"] {
            let found = support.ask(FIND, json!({ "query": nothing })).await;
            assert_eq!(found["managedCustomers"]["nodes"], json!([]), "{}: {nothing}", shop.name);
        }
        let one = "query($id: ID!) { managedCustomer(id: $id) { email displayName addresses { city }
            orders(first: 2) { nodes { number } } } node(id: $id) { id } }";
        let seen = support.ask(one, json!({ "id": id })).await;
        assert_eq!(seen["managedCustomer"]["addresses"], json!([{ "city": "Berlin" }]), "{}", shop.name);
        assert_eq!((&seen["managedCustomer"]["orders"]["nodes"], &seen["node"]["id"]), (&json!([]), &id));
        assert_eq!(support.ask(one, json!({ "id": nobody(NodeKind::Customer) })).await["managedCustomer"], Value::Null);
        assert!(!sdl().to_lowercase().contains("passwordhash"));
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(ada.ask(node, json!({ "id": id })).await["node"], Value::Null, "customers see no customers");
        // Orders are for who may look at orders.
        let owner = Person::staff(&shop, engine, BuiltInRole::Owner).await;
        let key = owner.api_key([Permission::read(Area::Customers)].into_iter().collect()).await;
        assert_eq!(key.refused(one, json!({ "id": id })).await, "FORBIDDEN");
        key.ask("query($id: ID!) { managedCustomer(id: $id) { email } }", json!({ "id": id })).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_customer_is_out_at_once() {
    for shop in Shop::each().await {
        let engine = keeping(&shop);
        let owner = Person::staff(&shop, engine, BuiltInRole::Owner).await;
        let support = Person::staff(&shop, engine, BuiltInRole::Support).await;
        let ada = Person::customer(&shop, engine, "ada@example.com").await;
        let token = ada.caller.token.clone().unwrap();
        let found = support.ask(FIND, json!({ "query": "ada@" })).await;
        let id = found["managedCustomers"]["nodes"][0]["id"].clone();
        let fields = "customer { isDisabled disabledAt anonymisedAt email displayName }";
        let disabled = done(&support, "customerDisable", fields, json!({ "id": id })).await;
        assert_eq!(disabled["customer"]["isDisabled"], true, "{}", shop.name);
        let known = engine.authenticate(&token, ada.now).await.unwrap();
        assert!(!matches!(known, Authenticated::As(_)), "{}: the session is over", shop.name);
        assert_eq!(log_in_code(&ada, "ada@example.com").await, "INVALID_CREDENTIALS", "{}", shop.name);
        done(&support, "customerDisable", fields, json!({ "id": id })).await;
        done(&support, "customerEnable", fields, json!({ "id": id })).await;
        assert_eq!(log_in_code(&ada, "ada@example.com").await, Value::Null, "{}: in again", shop.name);
        let _ = ada.mails().await;

        let gone = done(&support, "customerAnonymise", fields, json!({ "id": id })).await["customer"].take();
        assert!(gone["anonymisedAt"].is_string() && gone["isDisabled"] == true, "{gone}");
        assert!(!gone.to_string().contains("ada"), "{gone}");
        assert_eq!(log_in_code(&ada, "ada@example.com").await, "INVALID_CREDENTIALS", "{}", shop.name);
        let mails = ada.mails().await;
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ada@example.com"), "{}: a last word", shop.name);
        for field in ["customerDisable", "customerEnable", "customerAnonymise"] {
            let told = refused(&support, field, json!({ "id": id })).await;
            assert_eq!(told, ("CUSTOMER_ANONYMISED".into(), "id".into()), "{field}");
            let told = refused(&support, field, json!({ "id": nobody(NodeKind::Customer) })).await;
            assert_eq!(told, ("CUSTOMER_NOT_FOUND".into(), "id".into()), "{field}");
        }
        let switched = (json!({ "isDisabled": false }), json!({ "isDisabled": true }));
        let disabled = audit(&owner, &id, "customerDisable").await;
        assert_eq!(disabled, std::slice::from_ref(&switched), "{}: once", shop.name);
        assert_eq!(audit(&owner, &id, "customerEnable").await, [(switched.1, switched.0)]);
        let kept = audit_text(&owner, &id).await;
        assert!(kept.contains("customerAnonymise") && !kept.contains("ada"), "{kept}");
        for role in [BuiltInRole::Merchandiser, BuiltInRole::Analyst] {
            let other = Person::staff(&shop, engine, role).await;
            assert_eq!(failed(&other, "customerDisable", json!({ "id": id })).await, "FORBIDDEN", "{role:?}");
        }
    }
}
