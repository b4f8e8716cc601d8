//! The audit log: what members of staff and API keys changed.
use crate::word::words;
use serde_json::{Map, Value};
use uuid::Uuid;

words! {
    /// What a change of the administration is about.
    Subject {
        /// A product, with its options, publications and attributes.
        Product = "product",
        /// A variant of a product, with its prices.
        Variant = "variant",
        /// A picture of a product.
        Media = "media",
        /// A category.
        Category = "category",
        /// A collection.
        Collection = "collection",
        /// A review.
        Review = "review",
        /// Units of a variant in warehouses.
        Stock = "stock",
        /// A warehouse.
        Warehouse = "warehouse",
        /// An order, with its fulfilments, returns and refunds.
        Order = "order",
        /// A customer's account.
        Customer = "customer",
        /// A promotion, with its coupon codes.
        Promotion = "promotion",
        /// A gift card.
        GiftCard = "gift_card",
        /// A channel.
        Channel = "channel",
        /// A tax rate.
        TaxRate = "tax_rate",
        /// A shipping method.
        ShippingMethod = "shipping_method",
        /// An endpoint of webhooks.
        WebhookEndpoint = "webhook_endpoint",
        /// A member of staff.
        StaffMember = "staff_member",
        /// A role of members of staff.
        Role = "role",
        /// An API key.
        ApiKey = "api_key",
    }
}

/// One change, as the audit log keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What was done, in the words of the API: `productUpdate`.
    pub action: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Row id of it.
    pub id: Uuid,
    /// What it was: of a change, the parts that differ; of something new, null.
    pub before: Value,
    /// What it is now; of something deleted, null.
    pub after: Value,
}

impl Change {
    /// Something new.
    pub fn created(action: &'static str, subject: Subject, id: Uuid, after: Value) -> Self {
        Self { action, subject, id, before: Value::Null, after }
    }

    /// Something that is gone.
    pub fn deleted(action: &'static str, subject: Subject, id: Uuid, before: Value) -> Self {
        Self { action, subject, id, before, after: Value::Null }
    }

    /// Something that was there before and after; of two objects only the fields that differ are kept.
    pub fn updated(action: &'static str, subject: Subject, id: Uuid, before: Value, after: Value) -> Self {
        let (before, after) = match (before, after) {
            (Value::Object(before), Value::Object(after)) => differing(before, after),
            others => others,
        };
        Self { action, subject, id, before, after }
    }
}

fn differing(mut before: Map<String, Value>, mut after: Map<String, Value>) -> (Value, Value) {
    let same: Vec<String> =
        before.iter().filter(|(name, value)| after.get(*name) == Some(value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    (Value::Object(before), Value::Object(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_keeps_what_differs() {
        let (before, after) =
            (json!({ "title": "Old", "vendor": "Same" }), json!({ "title": "New", "vendor": "Same" }));
        let change = Change::updated("productUpdate", Subject::Product, Uuid::nil(), before, after);
        assert_eq!((change.before, change.after), (json!({ "title": "Old" }), json!({ "title": "New" })));
    }

    #[test]
    fn a_field_that_is_gone_or_new_differs() {
        let change =
            Change::updated("x", Subject::Role, Uuid::nil(), json!({ "a": 1, "b": 2 }), json!({ "b": 2, "c": 3 }));
        assert_eq!((change.before, change.after), (json!({ "a": 1 }), json!({ "c": 3 })));
    }
}
