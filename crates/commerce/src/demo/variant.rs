//! The variants of a demo product: each combination of its options.
use super::{
    DemoError, Market,
    data::{ProductData, StockData},
    ids::id,
};
use crate::seed::Kind;
use std::collections::BTreeMap;
use tradewind_domain::{
    channel::Channel,
    currency::Currency,
    media::Media,
    money::{BadAmount, Money},
    option::{OptionValue, ProductOption},
    slug::slugify,
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
};

/// No product of the demo has more variants; leaves room for more without moving the ids of the others.
const ROOM: usize = 32;

/// The options, with swatches for colours.
pub(super) fn options(data: &ProductData, colors: &BTreeMap<String, String>) -> Vec<ProductOption> {
    let swatch = |name: &str, value: &String| if name == "Color" { colors.get(value).cloned() } else { None };
    let option = |(name, values): &(String, Vec<String>)| ProductOption {
        name: name.clone(),
        linked_to: None,
        values: values.iter().map(|value| OptionValue { value: value.clone(), swatch: swatch(name, value) }).collect(),
    };
    data.options.iter().map(option).collect()
}

/// The variants in the order of the options, the last option changing fastest.
pub(super) fn variants(
    data: &ProductData,
    index: usize,
    slug: &str,
    market: &Market,
    media: &[Media],
) -> Result<Vec<Variant>, DemoError> {
    let made = combinations(&data.options).into_iter().filter(|values| !data.without.contains(&values.join(" / ")));
    let mut variants = Vec::new();
    for (number, (values, position)) in made.zip(1i32..).enumerate() {
        let sku = std::iter::once(slug).chain(values.iter().map(String::as_str)).map(slugify).collect::<Vec<_>>();
        let prices = prices(data, &values, market).map_err(|error| DemoError::Amount(slug.to_owned(), error))?;
        variants.push(Variant {
            id: id(Kind::Variant, index * ROOM + number),
            sku: Some(sku.join("-").to_uppercase()),
            barcode: None,
            weight_grams: Some(data.grams),
            position,
            policy: if data.stock == StockData::Backorder { StockPolicy::Backorder } else { StockPolicy::Deny },
            tracked: data.stock != StockData::Untracked,
            media_id: media.get(number % media.len().max(1)).map(|media| media.id),
            prices,
            stock: stock(data, &values, index + number, market),
            attributes: Vec::new(),
            option_values: values,
        });
    }
    Ok(variants)
}

fn combinations(options: &[(String, Vec<String>)]) -> Vec<Vec<String>> {
    options.iter().fold(vec![Vec::new()], |begun, (_, values)| {
        let with = |start: &Vec<String>, value: &String| start.iter().chain([value]).cloned().collect();
        begun.iter().flat_map(|start| values.iter().map(move |value| with(start, value))).collect()
    })
}

fn prices(data: &ProductData, values: &[String], market: &Market) -> Result<Vec<Price>, BadAmount> {
    let mut prices = Vec::new();
    for channel in &market.channels() {
        let more = values.iter().filter_map(|value| data.more.get(value));
        let more: Vec<i64> = more.map(|pair| minor(channel, pair)).collect::<Result<_, _>>()?;
        let more: i64 = more.into_iter().sum();
        let was = data.was.as_ref().map(|pair| minor(channel, pair)).transpose()?;
        let amount = minor(channel, &(data.usd.clone(), data.eur.clone()))? + more;
        prices.push(Price { channel_id: channel.id, amount, compare_at: was.map(|was| was + more) });
    }
    prices.sort_by_key(|price| price.channel_id);
    Ok(prices)
}

/// Of dollars and euros the one that fits the channel; a channel in another currency takes the dollars' number, and
/// loses the cents where the currency has none.
pub(super) fn minor(channel: &Channel, (usd, eur): &(String, String)) -> Result<i64, BadAmount> {
    let text = if channel.currency == Currency::EUR { eur } else { usd };
    Money::parse(text, channel.currency)
        .or_else(|error| match text.split_once('.') {
            Some((whole, _)) => Money::parse(whole, channel.currency),
            None => Err(error),
        })
        .map(|money| money.minor)
}

fn stock(data: &ProductData, values: &[String], salt: usize, market: &Market) -> Vec<StockOnHand> {
    let gone = data.gone.contains(&values.join(" / "));
    let units = |place: usize| match data.stock {
        _ if gone => 0,
        StockData::Plenty => 8 + (salt * 13 + place * 7) % 60,
        StockData::Low => (salt + place) % 3,
        StockData::Untracked | StockData::SoldOut | StockData::Backorder => 0,
    };
    let level = |(place, warehouse): (usize, &tradewind_domain::warehouse::Warehouse)| StockOnHand {
        warehouse_id: warehouse.id,
        on_hand: i64::try_from(units(place)).unwrap_or(0),
    };
    let mut levels: Vec<StockOnHand> = market.warehouses.iter().enumerate().map(level).collect();
    levels.sort_by_key(|level| level.warehouse_id);
    levels
}
