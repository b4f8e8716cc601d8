//! Prices with tax and without.
use crate::world::{EU, cart, channel_id, country, each, in_dollars, product_id, rule, ten, to, to_berlin, with_codes};
use tradewind_commerce::checkout::{Destination, QuoteTax};
use tradewind_domain::{promotion::UsageLimits, tax::TaxMode, zone::Zone};
use tradewind_persistence::write::{self, ChannelPlace, ProductTerms};

fn de() -> Zone {
    Zone::country(country("DE"))
}

#[tokio::test]
async fn prices_include_tax() {
    for world in each().await {
        let austria = Zone::country(country("AT"));
        let rules = [
            rule(0, "VAT", de(), None, "19"),
            rule(1, "VAT", de(), Some("books"), "7"),
            rule(2, "VAT", austria, None, "20"),
        ];
        world.tax(&rules).await;
        let books = ProductTerms { product_id: product_id(1), tax_category: "books".into(), needs_shipping: true };
        world.write(async |tx| write::save_product_terms(tx, &[books]).await).await;
        let cart = cart(&[(0, 1, 1), (1, 1, 1)]);
        let quote = world.price(&cart, &to_berlin()).await.quote;
        assert_eq!((quote.tax_mode, quote.subtotal, quote.total), (TaxMode::Inclusive, 2000, 2000));
        assert_eq!(quote.lines.iter().map(|line| line.tax).collect::<Vec<_>>(), [160, 65], "{}", world.on());
        let tax = |name: &str, rate_ppm, net, tax| QuoteTax { name: name.into(), rate_ppm, net, tax };
        assert_eq!(quote.taxes, [tax("VAT 19", 190_000, 840, 160), tax("VAT 7", 70_000, 935, 65)]);
        let vienna = world.price(&cart, &to("AT", "", "1010")).await.quote;
        assert_eq!((vienna.tax, vienna.total), (334, 2000), "the price stays the same");
        assert_eq!(world.price(&cart, &Destination::default()).await.quote.tax, 0, "nobody knows where it goes");
    }
}

#[tokio::test]
async fn a_channel_shows_the_tax_of_its_place_until_an_address_is_known() {
    for world in each().await {
        world.tax(&[rule(0, "VAT", de(), None, "19"), rule(1, "VAT", Zone::Everywhere, None, "0")]).await;
        let (region, postal_code) = (String::new(), String::new());
        let place = ChannelPlace { channel_id: channel_id(EU), country: country("DE"), region, postal_code };
        world.write(async |tx| write::save_channel_places(tx, &[place]).await).await;
        let cart = cart(&[(0, 1, 1)]);
        assert_eq!(world.price(&cart, &Destination::default()).await.quote.tax, 160);
        assert_eq!(world.price(&cart, &to("CH", "", "8001")).await.quote.tax, 0, "{}", world.on());
    }
}

#[tokio::test]
async fn tax_comes_on_top_of_what_is_left() {
    for world in each().await {
        world.promote(&[ten(0, UsageLimits::default())]).await;
        let california = Zone::region(country("US"), "CA");
        let san_francisco = Zone::postal(country("US"), "941");
        world.tax(&[rule(0, "state", california, None, "7.25"), rule(1, "county", san_francisco, None, "1.375")]).await;
        let cart = in_dollars(with_codes(cart(&[(0, 1, 1)]), &["TEN"]));
        let quote = world.price(&cart, &to("US", "CA", "94103")).await.quote;
        assert_eq!((quote.tax_mode, quote.subtotal, quote.discount), (TaxMode::Exclusive, 1000, 100));
        // 8.625 % of 9.00 is 77.6 cents.
        assert_eq!((quote.tax, quote.total, quote.due), (78, 978, 978), "{}", world.on());
        assert_eq!(
            quote.taxes.iter().map(|it| (it.name.as_str(), it.tax)).collect::<Vec<_>>(),
            [("county 1.375", 12), ("state 7.25", 66)]
        );
        assert_eq!(world.price(&cart, &to("US", "OR", "97201")).await.quote.tax, 0);
        let ids = [rule(0, "", Zone::Everywhere, None, "1").id];
        assert_eq!(world.write(async |tx| write::delete_tax_rules(tx, &ids).await).await, 1);
        assert_eq!(world.price(&cart, &to("US", "CA", "94103")).await.quote.tax, 12);
    }
}
