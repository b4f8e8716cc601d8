//! A customer's own data, whole and without secrets.
use crate::{
    addresses::add,
    deletion::review,
    world::{self, PASSWORD, later},
};
use tradewind_commerce::account::{address_book::Defaults, export::export};
use uuid::Uuid;

#[tokio::test]
async fn everything_is_there_and_no_secret() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        add(&world, id, "Berlin", Defaults::default()).await.unwrap();
        let session = world.log_in("jo@shop.example", PASSWORD, later(1)).await.unwrap();
        review(&world, id).await;
        let data = export(&world.accounts, id, later(2)).await.unwrap().unwrap();
        assert_eq!(data["profile"]["email"], "jo@shop.example", "{}", world.on());
        assert_eq!(data["profile"]["phone"], "+4930123456");
        assert_eq!(data["addresses"][0]["city"], "Berlin");
        assert_eq!(data["sessions"][0]["userAgent"], "Browser/1");
        assert_eq!(data["reviews"][0]["body"], "Fits. Write to me.");
        let text = data.to_string();
        let hashes = world.test_db.texts("SELECT password_hash FROM customers").await;
        for secret in hashes.iter().map(String::as_str).chain([session.token.expose(), &session.token.hash()]) {
            assert!(!text.contains(secret), "{}: {secret}", world.on());
        }
        assert!(export(&world.accounts, Uuid::nil(), later(2)).await.unwrap().is_none());
    }
}
