//! How the demo shop sells: taxes, ways to send goods, a coupon and a gift card for each channel.
use super::{DemoError, Market, ids::id, variant::minor};
use crate::{pricing::new_gift_card, seed::Kind};
use chrono::{DateTime, Utc};
use tradewind_domain::{
    channel::Channel,
    country::Country,
    currency::Currency,
    gift_card::GiftCardCode,
    money::{BadAmount, Money},
    promotion::{Action, CombinesWith, Conditions, Promotion, Target, Trigger, UsageLimits},
    rate::Rate,
    shipping::{ShippingMethod, ShippingPrice, ShippingZone},
    tax::TaxRate,
    tax_table::TaxRule,
    zone::Zone,
};
use tradewind_persistence::write::{
    ChannelPlace, NewGiftCard, STANDARD_TAX, StoredPromotion, WriteTx, insert_gift_cards, save_channel_places,
    save_promotions, save_shipping_methods, save_tax_rules,
};

/// Country, region, percentage. A demo's: a shop asks its tax adviser.
const TAXES: [(&str, &str, &str); 14] = [
    ("AT", "", "20"),
    ("BE", "", "21"),
    ("DE", "", "19"),
    ("DK", "", "25"),
    ("ES", "", "21"),
    ("FR", "", "20"),
    ("IE", "", "23"),
    ("IT", "", "22"),
    ("NL", "", "21"),
    ("PT", "", "23"),
    ("SE", "", "25"),
    ("US", "CA", "7.25"),
    ("US", "NY", "4"),
    ("US", "TX", "6.25"),
];

/// A way to send goods; amounts are of the channel's currency.
struct Way {
    name: &'static str,
    price: &'static str,
    price_elsewhere: &'static str,
    free_from: Option<&'static str>,
    days: (u16, u16),
}

const WAYS: [Way; 2] = [
    Way { name: "Standard", price: "4.90", price_elsewhere: "14.90", free_from: Some("100.00"), days: (2, 5) },
    Way { name: "Express", price: "12.90", price_elsewhere: "29.90", free_from: None, days: (1, 2) },
];

/// What is on a gift card of each channel, and its code: everybody may know it, it is worth nothing outside the demo.
const CARDS: [(&str, &str); 2] = [("50.00", "TRADEWINDGIFT050"), ("25.00", "TRADEWINDGIFT025")];

/// Writes all of it, by fixed ids. A gift card that is there already keeps its balance.
pub(super) async fn install(tx: &WriteTx, market: &Market, now: DateTime<Utc>) -> Result<(), DemoError> {
    let channels = market.channels();
    let bad = |error| DemoError::Amount("shipping and gift cards".to_owned(), error);
    save_tax_rules(tx, &tax_rules(), now).await?;
    let places: Vec<ChannelPlace> = channels.iter().filter_map(place).collect();
    save_channel_places(tx, &places).await?;
    let mut methods = Vec::new();
    for (index, channel) in channels.iter().enumerate() {
        methods.extend(shipping_methods(index, channel).map_err(bad)?);
    }
    save_shipping_methods(tx, &methods, now).await?;
    save_promotions(tx, &[welcome()], now).await?;
    insert_gift_cards(tx, &gift_cards(&channels).map_err(bad)?, now).await?;
    Ok(())
}

fn tax_rules() -> Vec<TaxRule> {
    let rule = |(number, (country, region, percent)): (usize, &(&str, &str, &str))| {
        let country = Country::parse(country).ok()?;
        let (layer, zone) = match *region {
            "" => ("VAT", Zone::country(country)),
            region => ("state", Zone::region(country, region)),
        };
        let rate = TaxRate { name: layer.to_owned(), rate: Rate::parse(percent).ok()? };
        Some(TaxRule { id: id(Kind::TaxRule, number), layer: layer.to_owned(), zone, category: None, rate })
    };
    TAXES.iter().enumerate().filter_map(rule).collect()
}

fn is_european(channel: &Channel) -> bool {
    channel.currency == Currency::EUR
}

fn place(channel: &Channel) -> Option<ChannelPlace> {
    let country = Country::parse(if is_european(channel) { "IE" } else { "US" }).ok()?;
    Some(ChannelPlace { channel_id: channel.id, country, region: String::new(), postal_code: String::new() })
}

fn shipping_methods(index: usize, channel: &Channel) -> Result<Vec<(ShippingMethod, bool)>, BadAmount> {
    let amount = |text: &str| minor(channel, &(text.to_owned(), text.to_owned()));
    let near: Vec<Zone> = TAXES
        .iter()
        .filter(|(country, ..)| (*country != "US") == is_european(channel))
        .filter_map(|(country, ..)| Some(Zone::country(Country::parse(country).ok()?)))
        .collect();
    let mut methods = Vec::new();
    for (number, way) in WAYS.iter().enumerate() {
        let zone = |zones: Vec<Zone>, price: i64, free_from: Option<i64>, more: u16| ShippingZone {
            zones,
            price: ShippingPrice::Flat(price),
            free_from,
            days_min: Some(way.days.0 + more),
            days_max: Some(way.days.1 + more),
        };
        let free_from = way.free_from.map(amount).transpose()?;
        let method = ShippingMethod {
            id: id(Kind::ShippingMethod, index * WAYS.len() + number),
            name: way.name.to_owned(),
            channel_ids: vec![channel.id],
            currency: channel.currency,
            tax_category: STANDARD_TAX.to_owned(),
            zones: vec![
                zone(near.clone(), amount(way.price)?, free_from, 0),
                zone(vec![Zone::Everywhere], amount(way.price_elsewhere)?, None, 3),
            ],
            heaviest_grams: None,
            position: i32::try_from(number).unwrap_or(0),
        };
        methods.push((method, true));
    }
    Ok(methods)
}

/// 10 % off the order, once for each customer.
fn welcome() -> StoredPromotion {
    let promotion = Promotion {
        id: id(Kind::Promotion, 0),
        name: "Welcome".to_owned(),
        trigger: Trigger::Code,
        action: Action::PercentageOff { rate: Rate::from_ppm(100_000).unwrap_or(Rate::ZERO), target: Target::Order },
        conditions: Conditions::default(),
        priority: 0,
        combines_with: CombinesWith::ALL,
        limits: UsageLimits { total: None, per_customer: Some(1) },
    };
    StoredPromotion { promotion, codes: vec!["WELCOME10".to_owned()], enabled: true }
}

fn gift_cards(channels: &[Channel; 2]) -> Result<Vec<NewGiftCard>, BadAmount> {
    let mut cards = Vec::new();
    for (number, (channel, (amount, code))) in channels.iter().zip(CARDS).enumerate() {
        let issued = Money::new(minor(channel, &(amount.to_owned(), amount.to_owned()))?, channel.currency);
        if let Ok(code) = GiftCardCode::parse(code) {
            cards.push(new_gift_card(id(Kind::GiftCard, number), &code, issued, None));
        }
    }
    Ok(cards)
}
