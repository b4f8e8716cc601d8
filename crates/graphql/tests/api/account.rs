//! Accounts, as a storefront uses them; through an engine without a cache and through those with one.
use crate::{
    people::{LOG_IN, PASSWORD, Person, started},
    shop::{Shop, answer},
};
use serde_json::{Value, json};
use tradewind_commerce::account::Token;
use tradewind_graphql::{Authenticated, Engine, SessionChange};

const ME: &str =
    "{ customer { email isEmailVerified givenName displayName phone version addresses { city isDefaultShipping }
    defaultShippingAddress { city } defaultBillingAddress { city } devices { label isCurrent userAgent } } }";

fn engines(shop: &Shop) -> Vec<(&'static str, &Engine)> {
    std::iter::once(("plain", &shop.engine)).chain(shop.kept()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_an_account() {
    for shop in Shop::each().await {
        for (name, engine) in engines(&shop) {
            let email = format!("ada-{name}@example.com");
            let mut ada = Person::new(&shop, engine);
            assert_eq!(ada.ask(ME, json!({})).await["customer"], Value::Null);
            ada.register(&email).await;
            ada.log_in(&email, PASSWORD).await;
            let me = ada.ask(ME, json!({})).await["customer"].take();
            assert_eq!(me["email"], email.as_str(), "{name}");
            assert_eq!(me["devices"], json!([{ "label": "Phone", "isCurrent": true, "userAgent": "" }]), "{name}");

            let update = "mutation($input: CustomerUpdateInput!) { customerUpdate(input: $input) {
                customer { phone displayName version } userErrors { code path } } }";
            let version = me["version"].as_i64().unwrap();
            let input = json!({ "phone": "+49 30 123456", "displayName": "Ada L.", "expectedVersion": version });
            let updated = ada.ask(update, json!({ "input": input })).await["customerUpdate"].take();
            assert_eq!(updated["userErrors"], json!([]), "{name}");
            assert_eq!(updated["customer"]["displayName"], "Ada L.");
            let refused = ada.ask(update, json!({ "input": input })).await["customerUpdate"].take();
            assert_eq!(refused["userErrors"][0]["code"], "VERSION_CONFLICT", "{refused}");
            assert_eq!(ada.ask(ME, json!({})).await["customer"]["displayName"], "Ada L.", "{name}: no stale answer");

            addresses(&ada).await;
            sessions(&mut ada, &email).await;
            password(&mut ada, &email).await;
            email_change(&ada, &email).await;
            deletion(&ada).await;
        }
    }
}

const BOOK: &str =
    "userErrors { code path message } address { id city } customer { addresses { id city isDefaultShipping } }";

async fn addresses(ada: &Person<'_>) {
    let create = format!(
        "mutation($input: AddressInput!) {{ addressCreate(input: $input, defaults: {{ shipping: true }}) {{ {BOOK} }} }}"
    );
    let input = json!({ "firstName": "Ada", "lastName": "L", "line1": "Street 1", "city": "Berlin", "postalCode": "10115", "country": "DE" });
    let created = ada.ask(&create, json!({ "input": input })).await["addressCreate"].take();
    assert_eq!(created["userErrors"], json!([]));
    let id = created["address"]["id"].clone();
    let wrong = json!({ "firstName": "Ada", "lastName": "L", "line1": "", "city": "Berlin", "postalCode": "1", "country": "DE" });
    let refused = ada.ask(&create, json!({ "input": wrong })).await["addressCreate"].take();
    let codes: Vec<_> = refused["userErrors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect();
    assert!(codes.contains(&json!("REQUIRED")) && codes.contains(&json!("INVALID_POSTAL_CODE")), "{refused}");
    assert_eq!(refused["userErrors"][0]["path"][0], "input", "{refused}");
    assert_eq!(refused["address"], Value::Null);
    let me = ada.ask(ME, json!({})).await["customer"].take();
    assert_eq!(me["addresses"], json!([{ "city": "Berlin", "isDefaultShipping": true }]));
    assert_eq!(me["defaultShippingAddress"]["city"], "Berlin");
    // Two fields of one request: each sees what the one before has done.
    let twice = format!(
        "mutation($id: ID!, $a: AddressInput!, $b: AddressInput!) {{ a: addressUpdate(addressId: $id, input: $a) {{ {BOOK} }}
           b: addressUpdate(addressId: $id, input: $b) {{ {BOOK} }} c: addressDelete(addressId: $id) {{ {BOOK} }} }}"
    );
    let with_city = |city: &str| {
        let mut input = input.clone();
        input["city"] = json!(city);
        input
    };
    let done = ada.ask(&twice, json!({ "id": id, "a": with_city("Hamburg"), "b": with_city("Bremen") })).await;
    assert_eq!(done["a"]["customer"]["addresses"][0]["city"], "Hamburg", "{done}");
    assert_eq!(done["b"]["customer"]["addresses"][0]["city"], "Bremen", "{done}");
    assert_eq!(done["c"]["customer"]["addresses"], json!([]), "{done}");
    let delete = format!("mutation($id: ID!) {{ addressDelete(addressId: $id) {{ {BOOK} }} }}");
    let again = ada.ask(&delete, json!({ "id": id }));
    assert_eq!(again.await["addressDelete"]["userErrors"][0]["code"], "NOT_FOUND");
}

async fn is_good(ada: &Person<'_>, token: &str) -> bool {
    matches!(ada.engine.authenticate(&Token::sent(token), ada.now).await.unwrap(), Authenticated::As(_))
}

async fn sessions(ada: &mut Person<'_>, email: &str) {
    let first = ada.caller.token.clone().unwrap();
    let other = ada.send(LOG_IN, json!({ "email": email, "password": PASSWORD })).await;
    let other = started(&other);
    assert!(is_good(ada, &other).await);
    let refresh = "mutation { sessionRefresh { session { token } userErrors { code } } }";
    let refreshed = ada.send(refresh, json!({})).await;
    let new = started(&refreshed);
    assert_ne!(new, first.expose());
    assert!(is_good(ada, &new).await && !is_good(ada, first.expose()).await, "the old token is over at once");
    ada.use_token(&new).await;
    let revoked = ada
        .ask(
            "mutation { sessionRevokeOthers { sessionsEnded customer { devices { isCurrent } } userErrors { code } } }",
            json!({}),
        )
        .await;
    assert_eq!(revoked["sessionRevokeOthers"]["sessionsEnded"], 1, "{revoked}");
    assert_eq!(revoked["sessionRevokeOthers"]["customer"]["devices"], json!([{ "isCurrent": true }]), "{revoked}");
    assert!(!is_good(ada, &other).await);
    let out = ada.send("mutation { customerLogOut { wasLoggedIn } }", json!({})).await;
    assert_eq!(answer(&out)["data"]["customerLogOut"]["wasLoggedIn"], true);
    assert!(matches!(out.session, Some(SessionChange::Ended)));
    assert!(!is_good(ada, &new).await);
    ada.log_in(email, PASSWORD).await;
}

async fn password(ada: &mut Person<'_>, email: &str) {
    let change = "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) {
        customer { email } sessionsEnded userErrors { code path } } }";
    let input = |current: &str, new: &str| json!({ "input": { "currentPassword": current, "newPassword": new } });
    let refused = ada.ask(change, input("wrong", "another long one")).await;
    assert_eq!(refused["passwordChange"]["userErrors"][0]["code"], "WRONG_PASSWORD", "{refused}");
    let changed = ada.ask(change, input(PASSWORD, "another long one")).await;
    assert_eq!(changed["passwordChange"]["userErrors"], json!([]), "{changed}");
    let _ = ada.mails().await;
    let request = "mutation($email: String!) { passwordResetRequest(email: $email) { accepted userErrors { code } } }";
    for (email, mails) in [("nobody@example.com", 0), (email, 1)] {
        let asked = ada.ask(request, json!({ "email": email })).await;
        assert_eq!(asked["passwordResetRequest"], json!({ "accepted": true, "userErrors": [] }));
        if mails == 0 {
            assert!(ada.mails().await.is_empty());
        }
    }
    let token = ada.token_of_mail(email).await;
    let reset = "mutation($input: PasswordResetInput!) { passwordReset(input: $input) { done userErrors { code } } }";
    let input = json!({ "input": { "token": token, "password": PASSWORD } });
    assert_eq!(ada.ask(reset, input.clone()).await["passwordReset"]["done"], true);
    assert_eq!(ada.ask(reset, input).await["passwordReset"]["userErrors"][0]["code"], "INVALID_TOKEN");
    let old = ada.caller.token.clone().unwrap();
    assert!(!is_good(ada, old.expose()).await, "who sets a password ends all sessions");
    ada.log_in(email, PASSWORD).await;
    let wrong = ada.ask(LOG_IN, json!({ "email": email, "password": "another long one" })).await;
    assert_eq!(wrong["customerLogIn"]["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    assert_eq!(wrong["customerLogIn"]["session"], Value::Null);
    let _ = ada.mails().await;
}

async fn email_change(ada: &Person<'_>, email: &str) {
    let new = format!("new-{email}");
    let request = "mutation($input: EmailChangeRequestInput!) { emailChangeRequest(input: $input) { accepted userErrors { code } } }";
    let asked = ada.ask(request, json!({ "input": { "password": PASSWORD, "newEmail": new } })).await;
    assert_eq!(asked["emailChangeRequest"]["accepted"], true, "{asked}");
    let mails = ada.mails().await;
    let mail = mails.iter().find(|mail| mail.to == new).unwrap();
    let token = mail.text.split_once("#token=").unwrap().1.split_whitespace().next().unwrap();
    let confirm = "mutation($token: String!) { emailChangeConfirm(token: $token) { changed userErrors { code } } }";
    let confirmed = ada.ask(confirm, json!({ "token": token })).await;
    assert_eq!(confirmed["emailChangeConfirm"], json!({ "changed": true, "userErrors": [] }));
    assert_eq!(ada.ask(ME, json!({})).await["customer"]["email"], new.as_str(), "no stale answer");
}

async fn deletion(ada: &Person<'_>) {
    let exported = ada.ask("{ customer { dataExport } }", json!({})).await;
    assert!(exported["customer"]["dataExport"]["profile"]["email"].is_string(), "{exported}");
    let delete =
        "mutation($input: CustomerDeleteInput!) { customerDelete(input: $input) { deleted userErrors { code } } }";
    let refused = ada.ask(delete, json!({ "input": { "password": "wrong" } })).await;
    assert_eq!(refused["customerDelete"]["userErrors"][0]["code"], "WRONG_PASSWORD");
    let deleted = ada.ask(delete, json!({ "input": { "password": PASSWORD } })).await;
    assert_eq!(deleted["customerDelete"], json!({ "deleted": true, "userErrors": [] }));
    let token = ada.caller.token.clone().unwrap();
    assert!(!is_good(ada, token.expose()).await);
    assert_eq!(ada.mails().await.len(), 1, "a last word");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_nobody_elses() {
    const QUERY: &str = "{ customer { email addresses { city } } products(first: 2) { nodes { title } } }";
    for shop in Shop::each().await {
        for (name, engine) in shop.kept() {
            let (ada, eve) = (format!("ada-{name}@example.com"), format!("eve-{name}@example.com"));
            let ada = (Person::customer(&shop, engine, &ada).await, ada);
            let eve = (Person::customer(&shop, engine, &eve).await, eve);
            for _ in 0..3 {
                for (person, email) in [&ada, &eve] {
                    let outcome = person.send(QUERY, json!({})).await;
                    assert_eq!(answer(&outcome)["data"]["customer"]["email"], email.as_str(), "{} {name}", shop.name);
                    assert!(!outcome.caching.is_public() && outcome.caching.into_stamp().is_none(), "{name}");
                }
                let nobody = Person::new(&shop, engine).send(QUERY, json!({})).await;
                assert_eq!(answer(&nobody)["data"]["customer"], Value::Null, "{} {name}", shop.name);
                assert!(!nobody.caching.is_public(), "{name}: with a token it would be another answer");
            }
        }
    }
}
