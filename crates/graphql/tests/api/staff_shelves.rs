//! Categories and collections in the hands of staff, and what shoppers and staff see of a changed catalog.
use crate::{
    people::Person,
    shop::{Shop, id},
    staff_catalog::{errors, expect, merchandiser, product, public, step},
};
use serde_json::{Value, json};
use tradewind_domain::{global_id::NodeKind, staff::BuiltInRole};

#[tokio::test(flavor = "multi_thread")]
async fn categories_and_collections_change() {
    for shop in Shop::each().await {
        let staff = merchandiser(&shop, &shop.engine).await;
        let category = |number: u32| public(NodeKind::Category, json!(id(3, number)));
        let made = step(
            &staff,
            "categoryCreate",
            "$input: CategoryInput!",
            "category { id slug ancestors { slug } }",
            json!({ "input": { "name": "Lamps", "parentId": category(1) } }),
        )
        .await;
        assert_eq!(
            (&made["category"]["slug"], &made["category"]["ancestors"][0]["slug"]),
            (&json!("lamps"), &json!("category-1")),
            "{made}"
        );
        let lamps = &made["category"]["id"];
        let types = "$id: ID!, $input: CategoryInput!";
        let moved = step(
            &staff,
            "categoryUpdate",
            types,
            "category { ancestors { slug } }",
            json!({ "id": lamps, "input": { "parentId": null } }),
        )
        .await;
        assert_eq!(moved["category"]["ancestors"], json!([]), "{moved}");
        let circle = step(
            &staff,
            "categoryUpdate",
            types,
            "category { id }",
            json!({ "id": category(1), "input": { "parentId": category(7) } }),
        )
        .await;
        assert_eq!(errors(&circle), expect(&[("CIRCULAR", "input.parentId")]), "{}: {circle}", shop.name);
        let used = step(&staff, "categoryDelete", "$id: ID!", "deletedId", json!({ "id": category(1) })).await;
        assert_eq!(errors(&used), expect(&[("IN_USE", "id")]));
        let gone = step(&staff, "categoryDelete", "$id: ID!", "deletedId", json!({ "id": lamps })).await;
        assert_eq!((&gone["deletedId"], &gone["userErrors"]), (lamps, &json!([])));

        let rules = json!({ "all": false, "conditions": [{ "field": "TITLE_CONTAINS", "value": "linen" }, { "field": "VENDOR", "value": "Vendor 3" }] });
        let preview = "query($rules: CollectionRulesInput!) { collectionPreview(rules: $rules, first: 2) { count products { title } } }";
        let seen = staff.ask(preview, json!({ "rules": rules })).await["collectionPreview"].take();
        assert_eq!(seen["products"].as_array().unwrap().len(), 2, "{seen}");
        let empty = json!({ "rules": { "conditions": [] } });
        assert_eq!(staff.refused(preview, empty).await, "BAD_USER_INPUT");
        let answer = "collection { collection { id slug title } position rules { all conditions { field value } } }";
        let made = step(
            &staff,
            "collectionCreate",
            "$input: CollectionInput!",
            answer,
            json!({ "input": { "title": "Linen and more", "rules": rules } }),
        )
        .await;
        assert_eq!(made["collection"]["rules"], rules, "{made}");
        let linen = &made["collection"]["collection"]["id"];
        let counted = "query($id: ID!) { collection(id: $id) { products(first: 1) { totalCount } } managedCollection(id: $id) { rules { all } } }";
        let listed = staff.ask(counted, json!({ "id": linen })).await;
        assert!(listed["collection"]["products"]["totalCount"].as_i64().unwrap() > 10, "{listed}");
        let types = "$id: ID!, $productIds: [ID!]!, $change: CollectionProductsChange!";
        let pick = |ids: Value, change: &str| json!({ "id": linen, "productIds": ids, "change": change });
        let ruled = step(&staff, "collectionSetProducts", types, answer, pick(json!([product(7)]), "SET")).await;
        assert_eq!(errors(&ruled), expect(&[("FOLLOWS_RULES", "id")]));
        let free = step(
            &staff,
            "collectionUpdate",
            "$id: ID!, $input: CollectionInput!",
            answer,
            json!({ "id": linen, "input": { "rules": null, "position": 3 } }),
        )
        .await;
        assert_eq!(
            (&free["collection"]["rules"], &free["collection"]["position"]),
            (&Value::Null, &json!(3)),
            "{free}"
        );
        step(&staff, "collectionSetProducts", types, answer, pick(json!([product(7), product(8)]), "SET")).await;
        let picked = step(&staff, "collectionSetProducts", types, answer, pick(json!([product(7)]), "REMOVE")).await;
        assert_eq!(picked["userErrors"], json!([]), "{picked}");
        assert_eq!(staff.ask(counted, json!({ "id": linen })).await["collection"]["products"]["totalCount"], 1);
        let gone = step(&staff, "collectionDelete", "$id: ID!", "deletedId", json!({ "id": linen })).await;
        assert_eq!(gone["deletedId"], *linen, "{gone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shoppers_see_a_change_at_once_through_the_cache() {
    const SEEN: &str =
        "query($id: ID!) { product(id: $id) { title priceRange { min { amount } } category { name } media { alt }
        variants(first: 9) { totalCount } collections { title } }
        category(slug: \"category-7\") { name products(first: 1) { totalCount } } }";
    for shop in Shop::each().await {
        shop.publish_all().await;
        for (name, engine) in shop.kept() {
            let at = format!("{} {name}", shop.name);
            let staff = merchandiser(&shop, engine).await;
            let shopper = Person::new(&shop, engine);
            let see = async || shopper.ask(SEEN, json!({ "id": product(16) })).await;
            let before = see().await;
            assert_eq!(before["product"]["variants"]["totalCount"], 5, "{at}");
            let title = format!("Changed through {name}");
            let input = json!({ "id": product(16), "input": { "title": title, "categoryId": public(NodeKind::Category, json!(id(3, 7))) } });
            step(&staff, "productUpdate", "$id: ID!, $input: ProductInput!", "product { id }", input).await;
            let after = see().await;
            assert_eq!(after["product"]["title"], title, "{at}");
            assert_eq!(after["product"]["category"]["name"], after["category"]["name"], "{at}");
            let count = |seen: &Value| seen["category"]["products"]["totalCount"].as_i64().unwrap();
            assert!(count(&after) >= count(&before), "{at}");

            let find = "query($id: ID!) { managedProduct(id: $id) { variants { variantId } media { id } } }";
            let managed = staff.ask(find, json!({ "id": product(16) })).await["managedProduct"].take();
            let prices: Vec<Value> = managed["variants"].as_array().unwrap().iter()
                .map(|it| json!({ "variantId": it["variantId"], "prices": [{ "channel": "default", "amount": "5.55" }] })).collect();
            step(
                &staff,
                "variantPricesSet",
                "$inputs: [VariantPricesInput!]!",
                "variants { sku }",
                json!({ "inputs": prices }),
            )
            .await;
            assert_eq!(see().await["product"]["priceRange"]["min"]["amount"], "5.55", "{at}");
            let alt = json!({ "productId": product(16), "mediaId": managed["media"][0]["id"], "alt": title });
            step(&staff, "productMediaUpdate", "$productId: ID!, $mediaId: ID!, $alt: String!", "product { id }", alt)
                .await;
            assert_eq!(see().await["product"]["media"][0]["alt"], title, "{at}");
            let rename = json!({ "id": public(NodeKind::Category, json!(id(3, 7))), "input": { "name": title } });
            step(&staff, "categoryUpdate", "$id: ID!, $input: CategoryInput!", "category { id }", rename).await;
            let seen = see().await;
            assert_eq!([&seen["product"]["category"]["name"], &seen["category"]["name"]], [&json!(title); 2], "{at}");
            let collection = json!({ "input": { "title": title, "rules": { "conditions": [{ "field": "TITLE_CONTAINS", "value": title }] } } });
            let made = step(
                &staff,
                "collectionCreate",
                "$input: CollectionInput!",
                "collection { collection { id } }",
                collection,
            )
            .await;
            let titles = see().await["product"]["collections"].take();
            assert!(titles.as_array().unwrap().contains(&json!({ "title": title })), "{at}: {titles}");
            let gone = json!({ "id": made["collection"]["collection"]["id"] });
            step(&staff, "collectionDelete", "$id: ID!", "deletedId", gone).await;
            let titles = see().await["product"]["collections"].take();
            assert!(!titles.as_array().unwrap().contains(&json!({ "title": title })), "{at}: {titles}");
            let hide = |status: &str| json!({ "id": product(16), "input": { "status": status } });
            let types = "$id: ID!, $input: ProductInput!";
            step(&staff, "productUpdate", types, "product { id }", hide("DRAFT")).await;
            assert_eq!(see().await["product"], Value::Null, "{at}");
            let rename =
                json!({ "id": product(16), "input": { "status": "ACTIVE", "categoryId": null, "title": "Before" } });
            step(&staff, "productUpdate", types, "product { id }", rename).await;
            assert_eq!(see().await["product"]["title"], "Before", "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_page_through_products_of_any_state() {
    for shop in Shop::each().await {
        let staff = Person::staff(&shop, &shop.engine, BuiltInRole::Support).await;
        let query = "query($after: String, $filter: ManagedProductFilter!) { managedProducts(first: 100, after: $after, filter: $filter) {
            nodes { slug status } pageInfo { hasNextPage hasPreviousPage endCursor } } }";
        let (mut after, mut slugs) = (Value::Null, Vec::new());
        loop {
            let page = staff.ask(query, json!({ "after": after, "filter": {} })).await["managedProducts"].take();
            assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!after.is_null()));
            slugs.extend(page["nodes"].as_array().unwrap().iter().map(|it| it["slug"].as_str().unwrap().to_owned()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        let count = slugs.len();
        slugs.sort();
        slugs.dedup();
        assert!(
            count == slugs.len() && count > crate::shop::PRODUCTS as usize,
            "{}: hidden ones too: {count}",
            shop.name
        );
        let drafts =
            staff.ask(query, json!({ "filter": { "status": "DRAFT" } })).await["managedProducts"]["nodes"].take();
        assert!(
            !drafts.as_array().unwrap().is_empty()
                && drafts.as_array().unwrap().iter().all(|it| it["status"] == "DRAFT")
        );
        let other = json!({ "after": after, "filter": { "status": "DRAFT" } });
        assert_eq!(staff.refused(query, other).await, "BAD_CURSOR");
        let write = "mutation { productBulkDelete(ids: []) { deletedIds } }";
        assert_eq!(staff.refused(write, json!({})).await, "FORBIDDEN");
    }
}
