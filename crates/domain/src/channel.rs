//! Channels: where a shop sells, in one currency.
use crate::currency::Currency;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A sales channel (a market, a country, a wholesale shop).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Row id.
    pub id: Uuid,
    /// What the header `Tradewind-Channel` names: lower case, unique.
    pub code: String,
    /// For people; Shopify's market name in an import (`Price / Germany`).
    pub name: String,
    /// Every price of the channel is in it.
    pub currency: Currency,
    /// BCP 47 tag such as `de-DE`.
    pub default_locale: String,
    /// Whether prices include tax.
    pub tax_inclusive: bool,
    /// Answers requests that name no channel; exactly one is.
    pub is_default: bool,
    /// Where stock for this channel comes from.
    pub warehouse_ids: Vec<Uuid>,
}

impl Channel {
    /// Whether an import's market name means this channel: by code or name, in either case.
    pub fn answers_to(&self, name: &str) -> bool {
        let name = name.trim();
        self.code.eq_ignore_ascii_case(name) || self.name.to_lowercase() == name.to_lowercase()
    }
}
