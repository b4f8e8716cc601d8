//! Prices: whole amounts that end in 99.
use super::{dice::Dice, skew::log_normal_milli};
use tradewind_domain::{channel::Channel, currency::Currency, variant::Price};

/// What 1,000 cents in dollars are in a channel's hundredths: an exchange rate of 0.92, and a fifth of tax where prices
/// include it.
fn rate_milli(channel: &Channel) -> i64 {
    let exchanged = if channel.currency == Currency::USD { 1000 } else { 920 };
    if channel.tax_inclusive { exchanged * 6 / 5 } else { exchanged }
}

/// The price of a product before sizes, in cents: log-normal around the group's median, now and then a luxury.
pub(super) fn base_cents(dice: &mut Dice, median_dollars: i64) -> i64 {
    let luxury = if dice.permille(20) { dice.between(2, 5) } else { 1 };
    median_dollars * 100 * log_normal_milli(dice) / 1000 * luxury
}

/// `cents` dollars in every channel, in minor units of its currency. `was` is the struck-through price.
pub(super) fn prices(channels: &[Channel], cents: i64, was: Option<i64>) -> Vec<Price> {
    let price = |channel: &Channel| Price {
        channel_id: channel.id,
        amount: in_channel(channel, cents),
        compare_at: was.map(|was| in_channel(channel, was)),
    };
    let mut prices: Vec<Price> = channels.iter().map(price).collect();
    prices.sort_by_key(|price| price.channel_id);
    prices
}

fn in_channel(channel: &Channel, cents: i64) -> i64 {
    let hundredths = ends_in_99(cents * rate_milli(channel) / 1000);
    match channel.currency.exponent() {
        0 => hundredths / 100 + 1,
        1 => hundredths / 10,
        exponent => hundredths * 10i64.pow(exponent - 2),
    }
}

fn ends_in_99(cents: i64) -> i64 {
    cents / 100 * 100 + 99
}
