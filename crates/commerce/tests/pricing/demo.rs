//! The demo shop can be bought from.
use crate::world::{cart, now, to};
use tradewind_commerce::{
    checkout::Destination,
    demo,
    pricing::{Prices, gift_card_by_code},
};
use tradewind_domain::product::{Product, ProductStatus};
use tradewind_persistence::{
    Db, DbConfig,
    write::{Shop, StoredCart, products_after},
};
use tradewind_testkit::TestDb;
use uuid::Uuid;

/// Two of something that both channels sell and that is there.
fn something(products: &[Product], channel_id: Uuid) -> StoredCart {
    let sold = |it: &&Product| it.status == ProductStatus::Active && it.publications.len() == 2;
    let mut variants = products.iter().filter(sold).flat_map(|it| &it.variants);
    let variant = variants.find(|it| it.stock.iter().any(|level| level.on_hand > 5)).unwrap();
    let mut cart = StoredCart { channel_id, ..cart(&[(0, 1, 2)]) };
    let price = variant.prices.iter().find(|price| price.channel_id == channel_id).unwrap();
    (cart.cart.lines[0].variant_id, cart.cart.lines[0].seen_price) = (variant.id, price.amount);
    cart.cart.codes = vec!["WELCOME10".into()];
    cart
}

#[tokio::test]
async fn both_channels_have_shipping_tax_a_coupon_and_a_gift_card() {
    for test in TestDb::each().await {
        let db = Db::connect(&DbConfig::new(test.url())).await.unwrap();
        for _ in 0..2 {
            demo::install(&db, now()).await.unwrap();
        }
        let market = demo::Market::of(&Shop::load(&db).await.unwrap());
        let products = products_after(&db, None, 10_000).await.unwrap();
        for (channel, place, code) in [
            (&market.default, to("US", "CA", "94103"), "TRAD-EWIN-DGIF-T050"),
            (&market.europe, to("DE", "", "10115"), "TRAD-EWIN-DGIF-T025"),
        ] {
            let card = gift_card_by_code((&db).into(), code).await.unwrap().unwrap();
            let mut cart = something(&products, channel.id);
            cart.gift_card_ids = vec![card.card.id];
            let price = async |destination: &Destination| {
                Prices::of_tables().price((&db).into(), &cart, destination, now()).await.unwrap()
            };
            let options = price(&place).await.shipping_options;
            assert_eq!(options.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Standard", "Express"]);
            let priced = price(&Destination { shipping_method_id: Some(options[1].id), ..place }).await;
            let quote = &priced.quote;
            assert!(priced.warnings.is_empty(), "{:?}", priced.warnings);
            assert_eq!(quote.promotions[0].code.as_deref(), Some("WELCOME10"));
            assert!(quote.discount > 0 && quote.tax > 0 && quote.shipping > 0 && quote.due < quote.total);
            assert_eq!(price(&Destination::default()).await.shipping_options.len(), 2, "for the channel's place");
        }
    }
}
