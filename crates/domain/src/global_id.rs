//! Relay global ids: `base64url("Product:<uuid>")`, opaque to clients.
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// What an id points at; the text before the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum NodeKind {
    Product,
    ProductVariant,
    Category,
    Collection,
    Review,
    Media,
    Warehouse,
    Channel,
    Customer,
    Address,
    Device,
    Order,
    OrderLine,
    Fulfilment,
    Return,
    Checkout,
    ShippingMethod,
    Cart,
    CartLine,
    StaffMember,
    StaffRole,
    ApiKey,
    AuditEntry,
    Promotion,
    GiftCard,
    TaxRate,
    WebhookEndpoint,
    WebhookDelivery,
    ManagedProduct,
}

impl NodeKind {
    /// Every kind, for look-ups and tests.
    pub const ALL: [Self; 29] = [
        Self::Product,
        Self::ProductVariant,
        Self::Category,
        Self::Collection,
        Self::Review,
        Self::Media,
        Self::Warehouse,
        Self::Channel,
        Self::Customer,
        Self::Address,
        Self::Device,
        Self::Order,
        Self::OrderLine,
        Self::Fulfilment,
        Self::Return,
        Self::Checkout,
        Self::ShippingMethod,
        Self::Cart,
        Self::CartLine,
        Self::StaffMember,
        Self::StaffRole,
        Self::ApiKey,
        Self::AuditEntry,
        Self::Promotion,
        Self::GiftCard,
        Self::TaxRate,
        Self::WebhookEndpoint,
        Self::WebhookDelivery,
        Self::ManagedProduct,
    ];

    /// The GraphQL type name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "Product",
            Self::ProductVariant => "ProductVariant",
            Self::Category => "Category",
            Self::Collection => "Collection",
            Self::Review => "Review",
            Self::Media => "Media",
            Self::Warehouse => "Warehouse",
            Self::Channel => "Channel",
            Self::Customer => "Customer",
            Self::Address => "Address",
            Self::Device => "Device",
            Self::Order => "Order",
            Self::OrderLine => "OrderLine",
            Self::Fulfilment => "Fulfilment",
            Self::Return => "Return",
            Self::Checkout => "Checkout",
            Self::ShippingMethod => "ShippingMethod",
            Self::Cart => "Cart",
            Self::CartLine => "CartLine",
            Self::StaffMember => "StaffMember",
            Self::StaffRole => "StaffRole",
            Self::ApiKey => "ApiKey",
            Self::AuditEntry => "AuditEntry",
            Self::Promotion => "Promotion",
            Self::GiftCard => "GiftCard",
            Self::TaxRate => "TaxRate",
            Self::WebhookEndpoint => "WebhookEndpoint",
            Self::WebhookDelivery => "WebhookDelivery",
            Self::ManagedProduct => "ManagedProduct",
        }
    }
}

/// A decoded global id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalId {
    /// The type that the id belongs to.
    pub kind: NodeKind,
    /// The row.
    pub id: Uuid,
}

/// A text that is no global id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id of this shop: use an `id` that a query returned, unchanged")]
pub struct BadGlobalId(pub String);

impl GlobalId {
    /// Encodes a row's id.
    pub fn encode(kind: NodeKind, id: Uuid) -> String {
        let mut plain = [0u8; 64];
        let name = kind.name().as_bytes();
        plain[..name.len()].copy_from_slice(name);
        plain[name.len()] = b':';
        let end = name.len() + 1 + uuid::fmt::Hyphenated::LENGTH;
        id.hyphenated().encode_lower(&mut plain[name.len() + 1..end]);
        URL_SAFE_NO_PAD.encode(&plain[..end])
    }

    /// Decodes a client's id; only the exact text that [`encode`](Self::encode) makes is accepted.
    pub fn decode(text: &str) -> Result<Self, BadGlobalId> {
        let bad = || BadGlobalId(text.chars().take(80).collect());
        if text.len() > 120 {
            return Err(bad());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let plain = std::str::from_utf8(&bytes).map_err(|_| bad())?;
        let (name, id) = plain.split_once(':').ok_or_else(bad)?;
        let kind = NodeKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(bad)?;
        let id = Uuid::try_parse(id).map_err(|_| bad())?;
        match Self::encode(kind, id) == text {
            true => Ok(Self { kind, id }),
            false => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decode_reverses_encode(bits: u128, kind in 0..NodeKind::ALL.len()) {
            let (kind, id) = (NodeKind::ALL[kind], Uuid::from_u128(bits));
            prop_assert_eq!(GlobalId::decode(&GlobalId::encode(kind, id)), Ok(GlobalId { kind, id }));
        }

        #[test]
        fn any_text_is_an_id_or_an_error(text in "\\PC{0,130}") {
            if let Ok(id) = GlobalId::decode(&text) {
                prop_assert_eq!(GlobalId::encode(id.kind, id.id), text);
            }
        }
    }
}
