//! Staff say how products are taxed and sent.
use crate::admin_world::{self, World, expect, refusals, text};
use serde_json::json;
use tradewind_commerce::catalog::{CatalogCode::*, TermsInput, product_terms_set};
use tradewind_persistence::write::{ProductTerms, product_terms};
use uuid::Uuid;

async fn set(world: &World, ids: &[Uuid], input: &TermsInput) -> admin_world::Done<Vec<Uuid>> {
    world.act(async |tx, _| product_terms_set(tx, ids, input).await).await
}

#[tokio::test]
async fn terms_of_products_are_set() {
    for world in admin_world::each().await {
        let (one, two) = (world.shirt("One").await, world.shirt("Two").await);
        let books = TermsInput { tax_category: text("books"), needs_shipping: None };
        let done = set(&world, &[one, two], &books).await.unwrap();
        let (before, after) = (json!({ "taxCategory": "standard" }), json!({ "taxCategory": "books" }));
        assert_eq!(done.changes.len(), 2);
        assert_eq!((&done.changes[0].before, &done.changes[0].after), (&before, &after));
        let download = TermsInput { tax_category: None, needs_shipping: Some(false) };
        let done = set(&world, &[one, two], &download).await.unwrap();
        assert_eq!(done.changes[1].after, json!({ "needsShipping": false }));
        assert_eq!(set(&world, &[one], &download).await.unwrap().changes, []);
        let stored = product_terms(&world.db, &[one]).await.unwrap();
        let expected = ProductTerms { product_id: one, tax_category: "books".into(), needs_shipping: false };
        assert_eq!(stored, [expected], "{}", world.on());
    }
}

#[tokio::test]
async fn terms_that_are_wrong_are_refused() {
    for world in admin_world::each().await {
        let id = world.shirt("One").await;
        let input = |text: &str| TermsInput { tax_category: Some(text.into()), needs_shipping: None };
        let wrong = set(&world, &[id, Uuid::from_u128(9)], &input(" ")).await;
        assert_eq!(refusals(wrong), expect(&[(Required, "taxCategory"), (NotFound, "productIds.1")]), "{}", world.on());
        assert_eq!(refusals(set(&world, &[id], &input(&"x".repeat(65))).await), expect(&[(TooLong, "taxCategory")]));
        assert_eq!(refusals(set(&world, &[], &input("books")).await), expect(&[(Required, "productIds")]));
        let many: Vec<Uuid> = (0..101).map(Uuid::from_u128).collect();
        assert_eq!(refusals(set(&world, &many, &input("books")).await), expect(&[(TooMany, "productIds")]));
    }
}
