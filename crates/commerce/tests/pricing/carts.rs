//! Lines: what is sold, what has changed, and what stands in the way.
use crate::world::{cart, codes_of, each, id, in_dollars, line_id, product_id, variant_id};
use tradewind_commerce::checkout::Destination;
use tradewind_persistence::write;

#[tokio::test]
async fn lines_cost_what_the_channel_says() {
    for world in each().await {
        let mut cart = cart(&[(0, 1, 2), (3, 2, 1)]);
        cart.cart.note = "Ring twice".into();
        let priced = world.price(&cart, &Destination::default()).await;
        let quote = &priced.quote;
        assert_eq!(
            (quote.currency.as_str(), quote.subtotal, quote.tax, quote.total, quote.due),
            ("EUR", 4000, 0, 4000, 4000)
        );
        assert!(quote.needs_shipping && quote.note == "Ring twice" && quote.degraded.is_empty());
        let line = &quote.lines[1];
        assert_eq!((line.variant_id, line.product_id), (variant_id(3, 2), product_id(3)));
        assert_eq!((line.sku.as_str(), line.title.as_str(), line.unit_price), ("SKU-3-2", "Product 3", 2000));
        assert_eq!((line.quantity, line.subtotal, line.total), (1, 2000, 2000));
        assert_eq!(priced.line_ids, [line_id(0), line_id(1)]);
        assert!(priced.warnings.is_empty() && priced.blocked().is_empty() && priced.shipping_options.is_empty());
        assert_eq!(world.price(&in_dollars(cart), &Destination::default()).await.quote.currency, "USD");
    }
}

#[tokio::test]
async fn what_has_changed_is_told() {
    for world in each().await {
        let mut cart = cart(&[(0, 1, 101), (1, 1, 1), (2, 2, 1)]);
        cart.cart.lines[1].variant_id = id(6, 999_999);
        cart.cart.lines[2].seen_price = 1900;
        let priced = world.price(&cart, &Destination::default()).await;
        assert_eq!(
            codes_of(&priced.warnings),
            ["INSUFFICIENT_STOCK", "NOT_AVAILABLE", "PRICE_CHANGED"],
            "{}",
            world.on()
        );
        assert_eq!(priced.line_ids, [line_id(0), line_id(2)], "what is not sold is not in the quote");
        assert_eq!(priced.quote.subtotal, 103_000);
        // Stock is for the checkout to promise.
        let blocked: Vec<_> = priced.blocked().into_iter().map(|it| it.field).collect();
        assert_eq!(blocked, ["lines"]);
        let empty = world.price(&crate::world::cart(&[]), &Destination::default()).await;
        assert_eq!((empty.quote.total, empty.quote.needs_shipping), (0, false));
    }
}

/// In a transaction its own writes are seen.
#[tokio::test]
async fn a_deleted_product_is_not_sold() {
    for world in each().await {
        let cart = cart(&[(0, 1, 1)]);
        world.write(async |tx| write::delete_products(tx, &[product_id(0)]).await).await;
        let priced = world.price(&cart, &Destination::default()).await;
        assert_eq!(codes_of(&priced.warnings), ["NOT_AVAILABLE"]);
        assert!(priced.quote.lines.is_empty());
    }
}
