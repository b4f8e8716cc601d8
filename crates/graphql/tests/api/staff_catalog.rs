//! The catalog in the hands of staff.
use crate::{
    people::Person,
    shop::{Shop, id},
};
use serde_json::{Value, json};
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    staff::BuiltInRole,
};
use tradewind_graphql::Engine;

const PRODUCT: &str =
    "product { id productId slug title descriptionHtml vendor status tags updatedAt taxCategory needsShipping
    category { name } seo { title description } options { name values { name swatch } } media { id url alt }
    publications { channel { code } publishedAt } attributes { namespace key label kind value } unitsSold
    variants { variantId title sku policy tracked weightGrams mediaId selectedOptions { name value }
      prices { channel { code } amount { amount currencyCode } compareAt { amount } } attributes { key } } }";
const ERRORS: &str = "userErrors { code path message }";

pub fn public(kind: NodeKind, number: Value) -> String {
    GlobalId::encode(kind, serde_json::from_value(number).unwrap())
}

pub fn product(number: u32) -> String {
    public(NodeKind::Product, json!(id(4, number)))
}

/// Sends one mutation, whose arguments are all variables.
pub async fn step(staff: &Person<'_>, field: &str, types: &str, answer: &str, variables: Value) -> Value {
    let arguments: Vec<String> = types
        .split(", ")
        .map(|it| it.split(':').next().unwrap().trim_start_matches('$'))
        .map(|name| format!("{name}: ${name}"))
        .collect();
    let query = format!("mutation({types}) {{ {field}({}) {{ {answer} {ERRORS} }} }}", arguments.join(", "));
    staff.ask(&query, variables).await[field].take()
}

/// (code, path with points) of each.
pub fn errors(payload: &Value) -> Vec<(String, String)> {
    let of = |error: &Value| {
        let path: Vec<&str> = error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        (error["code"].as_str().unwrap().to_owned(), path.join("."))
    };
    payload["userErrors"].as_array().unwrap().iter().map(of).collect()
}

pub fn expect(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors.iter().map(|(code, path)| ((*code).to_owned(), (*path).to_owned())).collect()
}

pub async fn merchandiser<'s>(shop: &'s Shop, engine: &'s Engine) -> Person<'s> {
    Person::staff(shop, engine, BuiltInRole::Merchandiser).await
}

const CREATE: &str = "$input: ProductInput!, $variants: [ProductVariantInput!]!, $media: [ProductMediaInput!]!, $publications: [PublicationInput!]!";

fn lamp() -> Value {
    json!({
        "input": {
            "title": "Brass Lamp", "descriptionHtml": "<p>Warm</p><script>x</script>", "status": "ACTIVE", "tags": ["all"],
            "options": [{ "name": "Bulb", "values": [{ "value": "Clear", "swatch": "#ffffff" }, { "value": "Milky" }] }],
            "attributes": [{ "namespace": "custom", "key": "watt", "kind": "NUMBER", "value": "40" }],
            "seoTitle": "A lamp",
        },
        "variants": [
            { "options": [{ "option": "Bulb", "value": "Clear" }], "sku": "L-1", "weightGrams": 900, "policy": "BACKORDER",
              "prices": [{ "channel": "default", "amount": "89.50", "compareAt": 99 }, { "channel": "eu", "amount": "79" }] },
            { "options": [{ "option": "Bulb", "value": "Milky" }], "prices": [{ "channel": "default", "amount": "89.5" }] },
        ],
        "media": [{ "url": "https://media.example/lamp.jpg", "alt": "A lamp" }],
        "publications": [{ "channel": "default", "publishedAt": "2020-01-01T00:00:00Z" }],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_made_changed_and_deleted() {
    for shop in Shop::each().await {
        let staff = merchandiser(&shop, &shop.engine).await;
        let made = step(&staff, "productCreate", CREATE, PRODUCT, lamp()).await;
        assert_eq!(made["userErrors"], json!([]), "{}", shop.name);
        let lamp = &made["product"];
        assert_eq!((&lamp["slug"], &lamp["descriptionHtml"]), (&json!("brass-lamp"), &json!("<p>Warm</p>")));
        assert_eq!((&lamp["taxCategory"], &lamp["needsShipping"]), (&json!("standard"), &json!(true)));
        let clear = &lamp["variants"][0];
        let price = |code: &str, amount: &str, currency: &str, was: Value| json!({ "channel": { "code": code }, "amount": { "amount": amount, "currencyCode": currency }, "compareAt": was });
        let here = price("default", "89.50", "USD", json!({ "amount": "99.00" }));
        assert_eq!(clear["prices"], json!([here, price("eu", "79.00", "EUR", Value::Null)]));
        assert_eq!(
            (&clear["policy"], &clear["tracked"], &clear["weightGrams"]),
            (&json!("BACKORDER"), &json!(true), &json!(900))
        );
        assert_eq!(clear["selectedOptions"], json!([{ "name": "Bulb", "value": "Clear" }]));
        assert_eq!(lamp["attributes"][0]["label"], "watt");

        let update = json!({ "id": lamp["id"], "input": {
            "title": "Copper Lamp", "seoTitle": null, "categoryId": public(NodeKind::Category, json!(id(3, 7))), "addTags": ["copper"],
            "expectedUpdatedAt": lamp["updatedAt"] } });
        let types = "$id: ID!, $input: ProductInput!";
        let changed = step(&staff, "productUpdate", types, PRODUCT, update.clone()).await;
        let now = &changed["product"];
        assert_eq!(
            (&now["title"], &now["slug"], &now["tags"]),
            (&json!("Copper Lamp"), &json!("brass-lamp"), &json!(["all", "copper"]))
        );
        assert_eq!((&now["seo"]["title"], &now["category"]["name"]), (&Value::Null, &json!("Category 7")));
        let again = step(&staff, "productUpdate", types, PRODUCT, update).await;
        assert_eq!(errors(&again), expect(&[("CONFLICT", "input.expectedUpdatedAt")]), "{again}");

        // As staff look for it: by either id, by slug, as a node, by how its SKU begins.
        let find = "query($id: ID, $public: ID, $node: ID!) { one: managedProduct(id: $id) { title } two: managedProduct(id: $public) { title }
            three: managedProduct(slug: \"brass-lamp\") { title } node(id: $node) { id ... on ManagedProduct { title } }
            managedProducts(first: 1, filter: { text: \"l-\" }) { nodes { title } edges { node { id } } pageInfo { hasNextPage } } }";
        let found = staff.ask(find, json!({ "id": lamp["id"], "public": lamp["productId"], "node": lamp["id"] })).await;
        assert_eq!([&found["one"], &found["two"], &found["three"]], [&json!({ "title": "Copper Lamp" }); 3]);
        assert_eq!(found["node"], json!({ "id": lamp["id"], "title": "Copper Lamp" }));
        assert_eq!(found["managedProducts"]["edges"], json!([{ "node": { "id": lamp["id"] } }]));
        let stranger = Person::new(&shop, &shop.engine);
        let node = stranger.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": lamp["id"] })).await;
        assert_eq!(node["node"], Value::Null, "not for everybody");

        let gone = step(&staff, "productDelete", "$id: ID!", "deletedId", json!({ "id": lamp["id"] })).await;
        assert_eq!((&gone["deletedId"], &gone["userErrors"]), (&lamp["productId"], &json!([])));
        let gone = step(&staff, "productDelete", "$id: ID!", "deletedId", json!({ "id": lamp["id"] })).await;
        assert_eq!(errors(&gone), expect(&[("NOT_FOUND", "id")]));

        let owner = Person::staff(&shop, &shop.engine, BuiltInRole::Owner).await;
        let log = "query($id: ID) { auditLog(subjectId: $id) { nodes { action actorName before after } } }";
        let log = owner.ask(log, json!({ "id": lamp["productId"] })).await["auditLog"]["nodes"].take();
        // All at one time of the test, so in no order.
        let entry = |action: &str| log.as_array().unwrap().iter().find(|it| it["action"] == action).unwrap();
        assert_eq!(log.as_array().unwrap().len(), 3, "{log}");
        let (made, changed, gone) = (entry("productCreate"), entry("productUpdate"), entry("productDelete"));
        assert_eq!((&made["before"], &made["after"]["title"]), (&Value::Null, &json!("Brass Lamp")));
        assert_eq!(
            (&changed["before"]["title"], &changed["after"]["title"]),
            (&json!("Brass Lamp"), &json!("Copper Lamp"))
        );
        assert_eq!((&gone["before"]["title"], &gone["after"]), (&json!("Copper Lamp"), &Value::Null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_at_its_place() {
    for shop in Shop::each().await {
        let staff = merchandiser(&shop, &shop.engine).await;
        let mut wrong = lamp();
        wrong["input"]["title"] = json!("");
        wrong["input"]["slug"] = json!("product-7");
        wrong["variants"][1]["prices"][0]["channel"] = json!("moon");
        wrong["media"][0]["url"] = json!("ftp://x");
        wrong["publications"][0]["channel"] = json!("moon");
        let made = step(&staff, "productCreate", CREATE, "product { id }", wrong).await;
        let expected = [
            ("REQUIRED", "input.title"),
            ("TAKEN", "input.slug"),
            ("INVALID", "media.0.url"),
            ("NOT_FOUND", "variants.1.prices.0.channel"),
            ("NOT_FOUND", "publications.0.channel"),
        ];
        assert_eq!(errors(&made), expect(&expected), "{}: {made}", shop.name);
        assert_eq!(made["product"], Value::Null);
        let mut unreadable = lamp();
        unreadable["variants"][0]["prices"][0]["amount"] = json!("12,99");
        let query = format!(
            "mutation({CREATE}) {{ productCreate(input: $input, variants: $variants, media: $media, publications: $publications) {{ product {{ id }} }} }}"
        );
        assert_eq!(staff.refused(&query, unreadable).await, "BAD_USER_INPUT");
        let wrong_kind = json!({ "id": public(NodeKind::Category, json!(id(3, 1))) });
        assert_eq!(
            staff.refused("mutation($id: ID!) { productDelete(id: $id) { deletedId } }", wrong_kind).await,
            "BAD_USER_INPUT"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_products_and_variants_change_at_once() {
    for shop in Shop::each().await {
        let staff = merchandiser(&shop, &shop.engine).await;
        let types = "$inputs: [ProductBulkUpdateInput!]!, $onError: BulkErrorPolicy!";
        let inputs = json!([
            { "id": product(7), "status": "ARCHIVED", "addTags": ["old"] },
            { "id": product(8), "title": "" },
            { "id": product(9), "title": "Nine", "categoryId": null },
        ]);
        let all = json!({ "inputs": inputs, "onError": "ALL_OR_NOTHING" });
        let answer = "products { title status tags category { name } }";
        let none = step(&staff, "productBulkUpdate", types, answer, all).await;
        assert_eq!(
            (&none["products"], errors(&none)),
            (&json!([]), expect(&[("REQUIRED", "inputs.1.title")])),
            "{none}"
        );
        let each = json!({ "inputs": inputs, "onError": "EACH_ON_ITS_OWN" });
        let some = step(&staff, "productBulkUpdate", types, answer, each).await;
        assert_eq!(errors(&some), expect(&[("REQUIRED", "inputs.1.title")]), "{}", shop.name);
        assert_eq!(
            (&some["products"][0]["status"], &some["products"][1]["title"]),
            (&json!("ARCHIVED"), &json!("Nine"))
        );
        assert_eq!(some["products"][1]["category"], Value::Null);

        // Variants: one comes, one changes, prices are set, one goes.
        let types = "$productId: ID!, $variants: [ProductVariantInput!]!, $onError: BulkErrorPolicy!";
        let s1 = json!({ "options": [{ "option": "Size", "value": "S1" }] });
        let made = step(
            &staff,
            "productVariantBulkCreate",
            types,
            "variants { variantId }",
            json!({ "productId": product(10), "variants": [s1], "onError": "EACH_ON_ITS_OWN" }),
        )
        .await;
        assert_eq!(errors(&made), expect(&[("TAKEN", "variants.0.options")]));
        let find = "query($id: ID!) { managedProduct(id: $id) { variants { variantId title sku } } }";
        let variants = staff.ask(find, json!({ "id": product(10) })).await["managedProduct"]["variants"].take();
        let (first, last) = (&variants[0]["variantId"], &variants[4]["variantId"]);
        let types = "$productId: ID!, $variants: [ProductVariantUpdateInput!]!";
        let changed = step(
            &staff,
            "productVariantBulkUpdate",
            types,
            "product { variants { sku } } variants { variantId sku }",
            json!({ "productId": product(10), "variants": [{ "id": first, "sku": "NEW-1" }] }),
        )
        .await;
        assert_eq!(changed["variants"], json!([{ "variantId": first, "sku": "NEW-1" }]), "{changed}");
        let inputs = json!([{ "variantId": first, "prices": [{ "channel": "eu", "amount": "1.50" }] },
            { "variantId": last, "prices": [{ "channel": "eu" }] }]);
        let set = step(
            &staff,
            "variantPricesSet",
            "$inputs: [VariantPricesInput!]!",
            "variants { variantId prices { channel { code } amount { amount } } }",
            json!({ "inputs": inputs }),
        )
        .await;
        assert_eq!(set["userErrors"], json!([]), "{set}");
        let eu = json!({ "channel": { "code": "eu" }, "amount": { "amount": "1.50" } });
        assert!(set["variants"][0]["prices"].as_array().unwrap().contains(&eu), "{set}");
        assert_eq!(set["variants"][1]["prices"].as_array().unwrap().len(), 1, "{set}");
        let gone = step(
            &staff,
            "productVariantBulkDelete",
            "$productId: ID!, $ids: [ID!]!",
            "deletedIds product { variants { title } }",
            json!({ "productId": product(10), "ids": [last] }),
        )
        .await;
        assert_eq!(
            (&gone["deletedIds"], gone["product"]["variants"].as_array().unwrap().len()),
            (&json!([last]), 4),
            "{gone}"
        );

        let terms = step(
            &staff,
            "productTermsSet",
            "$productIds: [ID!]!, $input: ProductTermsInput!",
            "products { taxCategory needsShipping }",
            json!({ "productIds": [product(11)], "input": { "taxCategory": "books", "needsShipping": false } }),
        )
        .await;
        assert_eq!(terms["products"], json!([{ "taxCategory": "books", "needsShipping": false }]), "{terms}");
        let ids = json!({ "ids": [product(11), product(11), product(12)], "onError": "EACH_ON_ITS_OWN" });
        let gone =
            step(&staff, "productBulkDelete", "$ids: [ID!]!, $onError: BulkErrorPolicy!", "deletedIds", ids).await;
        assert_eq!(
            (&gone["deletedIds"], errors(&gone)),
            (&json!([product(11), product(12)]), expect(&[("DUPLICATE", "ids.1")]))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_publications_change() {
    for shop in Shop::each().await {
        let staff = merchandiser(&shop, &shop.engine).await;
        let answer = "product { media { id url alt } publications { channel { code } } }";
        let media = json!([{ "url": "https://media.example/new.jpg" }]);
        let added = step(
            &staff,
            "productMediaAdd",
            "$productId: ID!, $media: [ProductMediaInput!]!",
            answer,
            json!({ "productId": product(7), "media": media }),
        )
        .await;
        let new = added["product"]["media"][3]["id"].clone();
        let told = step(
            &staff,
            "productMediaUpdate",
            "$productId: ID!, $mediaId: ID!, $alt: String!",
            answer,
            json!({ "productId": product(7), "mediaId": new, "alt": "New" }),
        )
        .await;
        assert_eq!(told["product"]["media"][3]["alt"], "New", "{told}");
        let ids = json!({ "productId": product(7), "mediaIds": [new] });
        let types = "$productId: ID!, $mediaIds: [ID!]!";
        let moved = step(&staff, "productMediaReorder", types, answer, ids.clone()).await;
        assert_eq!(moved["product"]["media"][0]["id"], new, "{moved}");
        let gone = step(&staff, "productMediaDelete", types, answer, ids.clone()).await;
        assert_eq!(gone["product"]["media"].as_array().unwrap().len(), 3, "{gone}");
        let gone = step(&staff, "productMediaDelete", types, answer, ids).await;
        assert_eq!(errors(&gone), expect(&[("NOT_FOUND", "mediaIds.0")]), "{}", shop.name);
        let shown = step(
            &staff,
            "productPublish",
            "$id: ID!, $publications: [PublicationInput!]!",
            answer,
            json!({ "id": product(7), "publications": [{ "channel": "eu" }] }),
        )
        .await;
        assert_eq!(shown["product"]["publications"].as_array().unwrap().len(), 2, "{shown}");
        let hidden = step(
            &staff,
            "productUnpublish",
            "$id: ID!, $channels: [String!]!",
            answer,
            json!({ "id": product(7), "channels": ["default", "moon"] }),
        )
        .await;
        assert_eq!(errors(&hidden), expect(&[("NOT_FOUND", "channels.1")]));
        let hidden = step(
            &staff,
            "productUnpublish",
            "$id: ID!, $channels: [String!]!",
            answer,
            json!({ "id": product(7), "channels": ["default"] }),
        )
        .await;
        assert_eq!(hidden["product"]["publications"], json!([{ "channel": { "code": "eu" } }]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_twice_is_done_once() {
    for shop in Shop::each().await {
        let staff = merchandiser(&shop, &shop.engine).await.with_key("make-a-lamp");
        let answer = "product { id slug }";
        let first = step(&staff, "productCreate", CREATE, answer, lamp()).await;
        let second = step(&staff, "productCreate", CREATE, answer, lamp()).await;
        assert_eq!(first, second, "{}", shop.name);
        assert_eq!(first["product"]["slug"], "brass-lamp");
    }
}
