//! Staff: who may do what, and what is kept of it.
use crate::{
    people::{PASSWORD, Person},
    shop::{Shop, answer},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tradewind_commerce::account::Token;
use tradewind_domain::staff::{Area, BuiltInRole, Permission, Permissions};
use tradewind_graphql::Authenticated;

const MEMBER: &str =
    "member { id email name isDisabled hasPassword roles { name } permissions } userErrors { code path message }";

async fn roles(owner: &Person<'_>) -> Value {
    owner.ask("{ staffRoles { id name isBuiltIn permissions } }", json!({})).await["staffRoles"].take()
}

fn role_id(roles: &Value, name: &str) -> Value {
    let found = roles.as_array().unwrap().iter().find(|role| role["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {roles}"))["id"].clone()
}

async fn invite(by: &Person<'_>, email: &str, roles: Value) -> Value {
    let query =
        format!("mutation($input: StaffMemberCreateInput!) {{ staffMemberCreate(input: $input) {{ {MEMBER} }} }}");
    let input = json!({ "email": email, "name": "Grace", "roleIds": roles });
    by.ask(&query, json!({ "input": input })).await["staffMemberCreate"].take()
}

async fn update(by: &Person<'_>, id: &Value, input: Value) -> Value {
    let query = format!(
        "mutation($id: ID!, $input: StaffMemberUpdateInput!) {{ staffMemberUpdate(id: $id, input: $input) {{ {MEMBER} }} }}"
    );
    by.ask(&query, json!({ "id": id, "input": input })).await["staffMemberUpdate"].take()
}

async fn is_anybody(person: &Person<'_>) -> bool {
    let token = person.caller.token.clone().unwrap();
    matches!(person.engine.authenticate(&token, person.now).await.unwrap(), Authenticated::As(_))
}

fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or_else(|| panic!("{payload}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_works_and_leaves() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let support = role_id(&roles(&owner).await, "Support");
        let invited = invite(&owner, "Grace@Shop.example", json!([support])).await;
        assert_eq!(invited["userErrors"], json!([]), "{invited}");
        assert_eq!(invited["member"]["hasPassword"], false);
        assert_eq!(code(&invite(&owner, "grace@shop.example", json!([])).await), "EMAIL_TAKEN");

        let token = owner.token_of_mail("grace@shop.example").await;
        let set = "mutation($token: String!, $password: String!) {
            staffPasswordSet(token: $token, password: $password) { done userErrors { code path } } }";
        let mut grace = Person::new(&shop, &shop.engine);
        let weak = grace.ask(set, json!({ "token": token, "password": "short" })).await["staffPasswordSet"].take();
        assert_eq!(weak["userErrors"], json!([{ "code": "PASSWORD_TOO_SHORT", "path": ["password"] }]));
        let done = grace.ask(set, json!({ "token": token, "password": PASSWORD })).await;
        assert_eq!(done["staffPasswordSet"], json!({ "done": true, "userErrors": [] }));
        let again = grace.ask(set, json!({ "token": token, "password": PASSWORD })).await["staffPasswordSet"].take();
        assert_eq!(code(&again), "INVALID_TOKEN");

        grace.staff_log_in("grace@shop.example", PASSWORD).await;
        let me = grace.ask("{ staffMe { name email roles { name } } }", json!({})).await["staffMe"].take();
        assert_eq!(me, json!({ "name": "Grace", "email": "grace@shop.example", "roles": [{ "name": "Support" }] }));
        assert_eq!(grace.refused("{ staffMembers { id } }", json!({})).await, "FORBIDDEN");
        assert_eq!(grace.refused("{ auditLog { nodes { id } } }", json!({})).await, "FORBIDDEN");

        // Whoever is disabled is nobody with the next request, and cannot log in.
        let id = &invited["member"]["id"];
        let disabled = update(&owner, id, json!({ "isDisabled": true })).await;
        assert_eq!(disabled["member"]["isDisabled"], true, "{disabled}");
        assert!(!is_anybody(&grace).await);
        let log_in =
            "mutation { staffLogIn(input: { email: \"grace@shop.example\", password: \"correct horse battery\" }) {
            session { token } userErrors { code } } }";
        let refused = Person::new(&shop, &shop.engine).ask(log_in, json!({})).await["staffLogIn"].take();
        assert_eq!(refused, json!({ "session": null, "userErrors": [{ "code": "INVALID_CREDENTIALS" }] }));
        update(&owner, id, json!({ "isDisabled": false })).await;
        grace.staff_log_in("grace@shop.example", PASSWORD).await;

        let log = owner
            .ask(
                "query($id: ID) { auditLog(subjectId: $id) { nodes { action actorName subject before after } } }",
                json!({ "id": id }),
            )
            .await;
        let entries = log["auditLog"]["nodes"].as_array().unwrap();
        // The clock of the tests stands still: entries of one moment have no order.
        let of = |action: &str| entries.iter().filter(|it| it["action"] == action).collect::<Vec<_>>();
        assert_eq!(entries.len(), 4, "{log}");
        let updates = of("staffMemberUpdate");
        assert!(
            updates
                .iter()
                .any(|it| it["before"] == json!({ "disabled": false }) && it["after"] == json!({ "disabled": true }))
        );
        assert_eq!(updates[0]["actorName"], "owner");
        assert_eq!(of("staffPasswordSet")[0]["actorName"], "Grace");
        assert!(!log.to_string().contains("argon2"), "no hash is kept: {log}");
        let keys = of("staffMemberCreate")[0]["after"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys, ["disabled", "email", "name", "roles"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_what_they_do_not_have() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let role = "mutation($input: StaffRoleInput!) { staffRoleCreate(input: $input) { role { id permissions } userErrors { code path } } }";
        let input = json!({ "name": "Head of support", "permissions": ["STAFF_WRITE", "ORDERS_WRITE"] });
        let made = owner.ask(role, json!({ "input": input })).await["staffRoleCreate"].take();
        assert_eq!(
            made["role"]["permissions"],
            json!(["ORDERS_READ", "ORDERS_WRITE", "STAFF_READ", "STAFF_WRITE"]),
            "{made}"
        );
        let taken = owner.ask(role, json!({ "input": { "name": "head of Support", "permissions": [] } })).await["staffRoleCreate"].take();
        assert_eq!(code(&taken), "NAME_TAKEN");

        let head = role_id(&roles(&owner).await, "Head of support");
        invite(&owner, "head@shop.example", json!([head])).await;
        let token = owner.token_of_mail("head@shop.example").await;
        let mut boss = Person::new(&shop, &shop.engine);
        let set = "mutation($token: String!, $password: String!) { staffPasswordSet(token: $token, password: $password) { done } }";
        boss.ask(set, json!({ "token": token, "password": PASSWORD })).await;
        boss.staff_log_in("head@shop.example", PASSWORD).await;

        let all = roles(&boss).await;
        let too_much = invite(&boss, "new@shop.example", json!([role_id(&all, "Owner")])).await;
        assert_eq!(
            (code(&too_much), &too_much["userErrors"][0]["path"]),
            ("BEYOND_OWN_PERMISSIONS", &json!(["input", "roleIds", "0"]))
        );
        let input = json!({ "name": "Sneaky", "permissions": ["SETTINGS_WRITE"] });
        assert_eq!(
            code(&boss.ask(role, json!({ "input": input })).await["staffRoleCreate"].take()),
            "BEYOND_OWN_PERMISSIONS"
        );
        let key = "mutation($scopes: [StaffPermission!]!) { apiKeyCreate(input: { name: \"x\", scopes: $scopes }) { secret userErrors { code } } }";
        for (scopes, why) in [
            (json!(["SETTINGS_READ"]), "BEYOND_OWN_PERMISSIONS"),
            (json!(["STAFF_WRITE"]), "STAFF_SCOPE"),
            (json!([]), "NO_SCOPES"),
        ] {
            assert_eq!(code(&boss.ask(key, json!({ "scopes": scopes })).await["apiKeyCreate"].take()), why);
        }
        let members = owner.ask("{ staffMembers { id email } }", json!({})).await["staffMembers"].take();
        let owner_id =
            members.as_array().unwrap().iter().find(|it| it["email"].as_str().unwrap().starts_with("owner-")).unwrap()
                ["id"]
                .clone();
        assert_eq!(code(&update(&boss, &owner_id, json!({ "isDisabled": true })).await), "BEYOND_OWN_PERMISSIONS");

        // Somebody who may manage staff is always left.
        let head_member =
            members.as_array().unwrap().iter().find(|it| it["email"] == "head@shop.example").unwrap()["id"].clone();
        assert_eq!(update(&owner, &head_member, json!({ "isDisabled": true })).await["userErrors"], json!([]));
        assert_eq!(code(&update(&owner, &owner_id, json!({ "isDisabled": true })).await), "LAST_OWNER");
        assert_eq!(code(&update(&owner, &owner_id, json!({ "roleIds": [] })).await), "LAST_OWNER");
        let in_use = "mutation($id: ID!) { staffRoleDelete(id: $id) { deletedId userErrors { code } } }";
        assert_eq!(code(&owner.ask(in_use, json!({ "id": head })).await["staffRoleDelete"].take()), "ROLE_IN_USE");
        let built_in = role_id(&all, "Owner");
        assert_eq!(
            code(&owner.ask(in_use, json!({ "id": built_in })).await["staffRoleDelete"].take()),
            "ROLE_BUILT_IN"
        );
        update(&owner, &head_member, json!({ "roleIds": [] })).await;
        assert_eq!(owner.ask(in_use, json!({ "id": head })).await["staffRoleDelete"]["deletedId"], head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_what_its_scopes_and_its_maker_may() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let second = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let scopes: Permissions = [Permission::read(Area::Orders)].into_iter().collect();
        let program = second.api_key(scopes).await;
        let orders = "{ managedOrders { nodes { id } } }";
        assert_eq!(program.ask(orders, json!({})).await, json!({ "managedOrders": { "nodes": [] } }));
        assert_eq!(
            program
                .refused("mutation { stockAdjust(inputs: [], kind: RECEIVE) { userErrors { code } } }", json!({}))
                .await,
            "FORBIDDEN"
        );
        assert_eq!(program.refused("{ staffMe { id } }", json!({})).await, "FORBIDDEN");

        let keys =
            owner.ask("{ apiKeys { id name lastFour scopes createdBy revokedAt } }", json!({})).await["apiKeys"].take();
        let secret = program.caller.token.clone().unwrap();
        assert!(
            secret.expose().starts_with("twk_") && secret.expose().ends_with(keys[0]["lastFour"].as_str().unwrap())
        );
        assert_eq!(keys[0]["scopes"], json!(["ORDERS_READ"]));

        // Of its maker, what is taken away is taken from the key too.
        update(&owner, &keys[0]["createdBy"], json!({ "isDisabled": true })).await;
        assert!(!is_anybody(&program).await && !is_anybody(&second).await);
        update(&owner, &keys[0]["createdBy"], json!({ "isDisabled": false })).await;
        assert!(is_anybody(&program).await && !is_anybody(&second).await);
        let support = role_id(&roles(&owner).await, "Warehouse");
        update(&owner, &keys[0]["createdBy"], json!({ "roleIds": [support] })).await;
        assert!(is_anybody(&program).await);
        update(&owner, &keys[0]["createdBy"], json!({ "roleIds": [] })).await;
        let mut weak = Person::new(&shop, &shop.engine);
        weak.use_token(secret.expose()).await;
        assert_eq!(weak.refused(orders, json!({})).await, "FORBIDDEN");

        let revoke = "mutation($id: ID!) { apiKeyRevoke(id: $id) { apiKey { revokedAt } userErrors { code } } }";
        let revoked = owner.ask(revoke, json!({ "id": keys[0]["id"] })).await["apiKeyRevoke"].take();
        assert!(revoked["apiKey"]["revokedAt"].is_string(), "{revoked}");
        assert!(!is_anybody(&program).await);
        let log = owner.ask("{ auditLog(first: 50) { nodes { action before after } } }", json!({})).await;
        assert!(!log.to_string().contains(secret.expose()) && !log.to_string().contains(&secret.hash()), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_itself_and_by_log_out() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let token = owner.caller.token.clone().unwrap();
        assert!(token.expose().starts_with("tws_"));
        let later = |hours| owner.now + TimeDelta::hours(hours);
        assert!(matches!(owner.engine.authenticate(&token, later(11)).await.unwrap(), Authenticated::As(_)));
        assert_eq!(owner.engine.authenticate(&token, later(13)).await.unwrap(), Authenticated::No);
        let out = owner.ask("mutation { staffLogOut { wasLoggedIn } }", json!({})).await;
        assert_eq!(out, json!({ "staffLogOut": { "wasLoggedIn": true } }));
        assert!(!is_anybody(&owner).await);
        for nobody in ["tws_", "twk_", "twk_AAAA", "tws_AAAA"] {
            let token = Token::sent(nobody);
            assert_eq!(owner.engine.authenticate(&token, owner.now).await.unwrap(), Authenticated::No);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_the_old_one() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let email =
            owner.ask("{ staffMe { email } }", json!({})).await["staffMe"]["email"].as_str().unwrap().to_owned();
        let mut elsewhere = Person::new(&shop, &shop.engine);
        elsewhere.staff_log_in(&email, PASSWORD).await;
        let change = "mutation($old: String!, $new: String!) {
            staffPasswordChange(currentPassword: $old, newPassword: $new) { done userErrors { code path } } }";
        let wrong = owner.ask(change, json!({ "old": "not this one", "new": "another horse battery" })).await;
        assert_eq!(
            wrong["staffPasswordChange"]["userErrors"],
            json!([{ "code": "WRONG_PASSWORD", "path": ["currentPassword"] }])
        );
        let done = owner.ask(change, json!({ "old": PASSWORD, "new": "another horse battery" })).await;
        assert_eq!(done["staffPasswordChange"]["done"], true, "{done}");
        assert!(is_anybody(&owner).await && !is_anybody(&elsewhere).await);
        elsewhere.staff_log_in(&email, "another horse battery").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_disable_each_other_leave_one() {
    for shop in Shop::each().await {
        let (one, other) = (
            Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await,
            Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await,
        );
        let me = "{ staffMe { id } }";
        let one_id = one.ask(me, json!({})).await["staffMe"]["id"].clone();
        let other_id = other.ask(me, json!({})).await["staffMe"]["id"].clone();
        let query =
            "mutation($id: ID!) { staffMemberUpdate(id: $id, input: { isDisabled: true }) { userErrors { code } } }";
        let (first, second) = futures_util::future::join(
            one.send(query, json!({ "id": other_id })),
            other.send(query, json!({ "id": one_id })),
        )
        .await;
        let refused =
            [answer(&first), answer(&second)].iter().filter(|it| it.to_string().contains("LAST_OWNER")).count();
        assert_eq!(refused, 1, "{}", shop.name);
        assert!(is_anybody(&one).await != is_anybody(&other).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_read_in_pages() {
    for shop in Shop::each().await {
        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        for number in 0..5 {
            invite(&owner, &format!("m{number}@shop.example"), json!([])).await;
        }
        let query = "query($after: String) { auditLog(first: 2, after: $after) {
            edges { cursor node { id action } } pageInfo { hasNextPage endCursor } } }";
        let (mut after, mut seen) = (Value::Null, Vec::new());
        loop {
            let page = owner.ask(query, json!({ "after": after })).await["auditLog"].take();
            seen.extend(page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["id"].to_string()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen.len(), 6, "the owner, and five members");
        seen.dedup();
        assert_eq!(seen.len(), 6);
        let by_id = owner
            .ask(
                "query($id: ID!) { node(id: $id) { ... on AuditEntry { action } } }",
                json!({ "id": serde_json::from_str::<Value>(&seen[0]).unwrap() }),
            )
            .await;
        assert!(["staffMemberCreate", "staff create"].contains(&by_id["node"]["action"].as_str().unwrap()), "{by_id}");
        let nobody = Person::new(&shop, &shop.engine);
        let hidden = nobody
            .ask(
                "query($id: ID!) { node(id: $id) { id } }",
                json!({ "id": serde_json::from_str::<Value>(&seen[0]).unwrap() }),
            )
            .await;
        assert_eq!(hidden, json!({ "node": null }));
    }
}
