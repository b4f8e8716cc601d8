//! Staff look through products of any status.
use crate::admin_world::{self, World, retitled, text};
use tradewind_commerce::catalog::{ProductInput, ProductUpdate, product_update};
use tradewind_domain::product::ProductStatus;
use tradewind_persistence::{
    statements::record,
    write::{ProductPage, products_page},
};

async fn titles(world: &World, page: &ProductPage) -> Vec<String> {
    let products = products_page(&world.db, page).await.unwrap();
    products.into_iter().map(|product| product.title).collect()
}

#[tokio::test]
async fn products_are_found_page_by_page() {
    for world in admin_world::each().await {
        let mut ids = Vec::new();
        for title in ["Linen Shirt", "linen bag", "Wool Hat", "100% Hat"] {
            ids.push(world.shirt(title).await);
        }
        let archive = ProductInput { status: Some(ProductStatus::Archived), ..ProductInput::default() };
        let archive = ProductUpdate { id: ids[0], product: archive };
        world.act(async |tx, moment| product_update(tx, &archive, moment).await).await.unwrap();
        let slug = ProductInput { slug: text("felt-hat"), ..ProductInput::default() };
        let slug = ProductUpdate { id: ids[2], product: slug };
        world.act(async |tx, moment| product_update(tx, &slug, moment).await).await.unwrap();
        let all = ProductPage { limit: 10, ..ProductPage::default() };
        assert_eq!(titles(&world, &all).await, ["Wool Hat", "Linen Shirt", "100% Hat", "linen bag"], "{}", world.on());

        // Pages of one: each behind the last.
        let mut page = ProductPage { limit: 1, ..ProductPage::default() };
        let mut seen = Vec::new();
        while let Some(product) = products_page(&world.db, &page).await.unwrap().pop() {
            page.after = Some((product.updated_at, product.id));
            seen.push(product.title);
        }
        assert_eq!(seen, ["Wool Hat", "Linen Shirt", "100% Hat", "linen bag"]);

        let of = |status| ProductPage { status: Some(status), ..all.clone() };
        assert_eq!(titles(&world, &of(ProductStatus::Archived)).await, ["Linen Shirt"]);
        assert_eq!(titles(&world, &of(ProductStatus::Draft)).await, [""; 0]);
        let with = |words: &str| ProductPage { text: text(words), ..all.clone() };
        assert_eq!(titles(&world, &with("LINEN")).await, ["Linen Shirt", "linen bag"], "by title, in either case");
        assert_eq!(titles(&world, &with("felt")).await, ["Wool Hat"], "by slug");
        assert_eq!(titles(&world, &with("sku-m")).await.len(), 4, "by SKU");
        assert_eq!(titles(&world, &with("100%")).await, ["100% Hat"]);
        assert_eq!(titles(&world, &with("%")).await, [""; 0], "a beginning, not a pattern");
        assert_eq!(titles(&world, &with("hat")).await, [""; 0]);
        let both = ProductPage { status: Some(ProductStatus::Active), text: text("linen"), ..all.clone() };
        assert_eq!(titles(&world, &both).await, ["linen bag"]);
    }
}

#[tokio::test]
async fn a_page_is_as_many_statements_as_a_product() {
    for world in admin_world::each().await {
        for number in 0..12 {
            world.shirt(&format!("Shirt {number}")).await;
        }
        let mut counts = Vec::new();
        for limit in [1, 12] {
            let page = ProductPage { limit, text: text("shirt"), ..ProductPage::default() };
            let (products, recorded) = record(false, products_page(&world.db, &page)).await;
            assert_eq!(products.unwrap().len(), limit as usize);
            counts.push(recorded.count);
        }
        assert_eq!(counts[0], counts[1], "{}", world.on());
        let update = retitled(
            products_page(&world.db, &ProductPage { limit: 1, ..ProductPage::default() }).await.unwrap()[0].id,
            "x",
        );
        assert!(world.act(async |tx, moment| product_update(tx, &update, moment).await).await.is_ok());
    }
}
