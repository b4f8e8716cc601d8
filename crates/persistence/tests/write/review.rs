//! Averages follow the reviews.
use crate::{
    derived::derived,
    world::{self, World, plain, review},
};
use tradewind_domain::review::Review;
use tradewind_persistence::write;

async fn save(world: &World, reviews: &[Review]) {
    let tx = world.db.begin_write().await.unwrap();
    write::save_reviews(&tx, reviews).await.unwrap();
    tx.commit().await.unwrap();
}

async fn averages(world: &World) -> Vec<String> {
    let derived = derived(world).await;
    let listings = derived["listings"].iter().map(|line| line.rsplit(" | ").nth(1).unwrap().to_owned());
    let scopes = derived["listing_scopes"].iter().map(|line| line.rsplit(" | ").nth(1).unwrap().to_owned());
    let mut all: Vec<String> = listings.chain(scopes).collect();
    all.dedup();
    all
}

#[tokio::test]
async fn listings_and_scopes_show_the_average() {
    for world in world::each().await {
        let mut product = plain(0);
        world.save(&[product.clone()]).await;
        save(&world, &[review(0, 0, 5), review(1, 0, 4), review(2, 0, 4)]).await;
        assert_eq!(averages(&world).await, ["4333"], "{}", world.backend());
        // A review that changes counts once.
        save(&world, &[review(0, 0, 1)]).await;
        assert_eq!(averages(&world).await, ["3000"]);
        // The average survives a write of the product.
        product.title = "New".into();
        world.save(&[product]).await;
        assert_eq!(averages(&world).await, ["3000"]);
        // A review that moves counts where it is now.
        world.save(&[plain(1)]).await;
        save(&world, &[review(1, 1, 4), review(2, 1, 4)]).await;
        let products = &derived(&world).await["products"];
        assert!(products[0].ends_with("| 1 | 1") && products[1].ends_with("| 8 | 2"), "{products:?}");
    }
}
