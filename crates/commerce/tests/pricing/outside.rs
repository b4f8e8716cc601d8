//! Taxes and shipping from outside: what fails is replaced by the tables, and the quote says so.
use crate::world::{World, by, cart, country, each, method, method_id, now, percent, rule, to_berlin};
use futures_util::{FutureExt, future};
use std::{collections::BTreeMap, sync::Arc};
use tradewind_commerce::pricing::{
    Priced, Prices, RateAnswer, RatesError, ShippingAsk, ShippingRates, TaxAsk, TaxRates,
};
use tradewind_domain::{currency::Currency, money::Money, shipping::ShippingQuote, tax::TaxRate, zone::Zone};
use tradewind_persistence::write::Conn;

#[derive(Clone, Copy, Debug)]
enum Outside {
    Answers,
    Fails,
    Hangs,
    Raves,
}

impl TaxRates for Outside {
    fn rates<'a>(&'a self, _: Conn<'a>, ask: &'a TaxAsk<'a>) -> RateAnswer<'a, BTreeMap<String, Vec<TaxRate>>> {
        let ten = || vec![TaxRate { name: "Outside".into(), rate: percent("10") }];
        match self {
            Self::Answers => future::ready(Ok(ask.categories.iter().map(|it| (it.clone(), ten())).collect())).boxed(),
            Self::Fails => future::ready(Err(RatesError::Outside("down".into()))).boxed(),
            Self::Hangs => future::pending().boxed(),
            Self::Raves => future::ready(Ok(BTreeMap::new())).boxed(),
        }
    }
}

impl ShippingRates for Outside {
    fn quotes<'a>(&'a self, _: Conn<'a>, _: &'a ShippingAsk<'a>) -> RateAnswer<'a, Vec<ShippingQuote>> {
        let quote = |minor| ShippingQuote {
            method_id: method_id(0),
            name: "Outside".into(),
            price: Money::new(minor, Currency::EUR),
            tax_category: "freight".into(),
            days_min: None,
            days_max: None,
        };
        match self {
            Self::Answers => future::ready(Ok(vec![quote(110)])).boxed(),
            Self::Fails => future::ready(Err(RatesError::Outside("down".into()))).boxed(),
            Self::Hangs => future::pending().boxed(),
            Self::Raves => future::ready(Ok(vec![quote(-1)])).boxed(),
        }
    }
}

async fn price(world: &World, outside: Outside) -> Priced {
    let prices = Prices { rates: Arc::new(outside), shipping: Arc::new(outside) };
    let tx = world.db.begin_write().await.unwrap();
    prices.price((&tx).into(), &cart(&[(0, 1, 1)]), &by(0, to_berlin()), now()).await.unwrap()
}

#[tokio::test]
async fn the_tables_stand_in_for_who_fails() {
    for world in each().await {
        world.tax(&[rule(0, "VAT", Zone::country(country("DE")), None, "19")]).await;
        world.send_by(&[method(0)]).await;
        let quote = price(&world, Outside::Answers).await.quote;
        assert_eq!((quote.shipping, quote.tax, quote.total), (110, 91 + 10, 1110));
        assert!(quote.degraded.is_empty());
        for outside in [Outside::Fails, Outside::Hangs, Outside::Raves] {
            let quote = price(&world, outside).await.quote;
            assert_eq!((quote.shipping, quote.tax, quote.total), (490, 160 + 78, 1490), "{}: {outside:?}", world.on());
            assert_eq!(quote.degraded, ["shipping_rates", "tax_rates"]);
        }
    }
}
