//! Attributes of products and variants: metafields.
use super::{CatalogCode, checks::Checks};
use std::collections::BTreeSet;
use tradewind_domain::product::{Attribute, AttributeKind};

/// Attributes of one product or variant.
const MOST: usize = 250;

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeInput {
    /// `custom`.
    pub namespace: String,
    /// `color-pattern`.
    pub key: String,
    /// What people read; empty: the key.
    pub label: String,
    /// How the value is to be read.
    pub kind: AttributeKind,
    /// As text.
    pub value: String,
}

/// All attributes, sorted by namespace and key.
pub(super) fn read(checks: &mut Checks, inputs: &[AttributeInput]) -> Vec<Attribute> {
    checks.at_most(MOST, "attributes", inputs.len());
    let mut seen = BTreeSet::new();
    let mut all = Vec::with_capacity(inputs.len());
    checks.each("attributes", inputs, |checks, input| {
        let (namespace, key) = (checks.needed("namespace", &input.namespace), checks.needed("key", &input.key));
        let label = checks.line("label", &input.label);
        let label = if label.is_empty() { key.clone() } else { label };
        check_value(checks, input);
        if !seen.insert((namespace.clone(), key.clone())) {
            checks.refuse(CatalogCode::Duplicate, "key", "This namespace and key stand twice: leave one out.");
        }
        all.push(Attribute { namespace, key, label, kind: input.kind, value: input.value.clone() });
    });
    all.sort();
    all
}

fn check_value(checks: &mut Checks, input: &AttributeInput) {
    checks.text("value", &input.value);
    let value = input.value.trim();
    let (fits, way_out) = match input.kind {
        AttributeKind::Text | AttributeKind::List => (true, ""),
        AttributeKind::Number => (
            value.parse::<f64>().is_ok_and(f64::is_finite),
            "The value is not a number: write digits with an optional point, such as 12.5.",
        ),
        AttributeKind::Boolean => (matches!(value, "true" | "false"), "The value is neither `true` nor `false`."),
        AttributeKind::Url => (
            ammonia::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
            "The value is not a whole address, such as https://example.com/care.pdf.",
        ),
        AttributeKind::Json => (serde_json::from_str::<serde_json::Value>(value).is_ok(), "The value is not JSON."),
    };
    if !fits {
        checks.refuse(CatalogCode::Invalid, "value", way_out);
    }
}
