//! Why a cart is not changed.
use crate::refusal::Refusal;
use crate::word::words;
use uuid::Uuid;

words! {
    /// Why a cart is not changed.
    CartErrorCode {
        /// There is no such cart, or it belongs to somebody else.
        CartNotFound = "CART_NOT_FOUND",
        /// The cart has no such line.
        LineNotFound = "LINE_NOT_FOUND",
        /// There is no such variant, or it is not sold in this channel.
        NotAvailable = "NOT_AVAILABLE",
        /// Fewer units are left than the cart would have.
        InsufficientStock = "INSUFFICIENT_STOCK",
        /// The quantity is zero or less.
        QuantityTooSmall = "QUANTITY_TOO_SMALL",
        /// The line would have more units than one may.
        QuantityTooLarge = "QUANTITY_TOO_LARGE",
        /// The cart would have more lines than one may.
        TooManyLines = "TOO_MANY_LINES",
        /// The note has too many characters.
        NoteTooLong = "NOTE_TOO_LONG",
        /// There are too many attributes.
        TooManyAttributes = "TOO_MANY_ATTRIBUTES",
        /// An attribute has no key, or too many characters.
        InvalidAttribute = "INVALID_ATTRIBUTE",
        /// The text cannot be a coupon code.
        InvalidCode = "INVALID_CODE",
        /// There are too many coupon codes.
        TooManyCodes = "TOO_MANY_CODES",
        /// There is no such gift card.
        GiftCardNotFound = "GIFT_CARD_NOT_FOUND",
        /// There are too many gift cards.
        TooManyGiftCards = "TOO_MANY_GIFT_CARDS",
        /// The cart has changed since the version that the client expected.
        VersionConflict = "VERSION_CONFLICT",
    }
}

/// Why a cart is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// Unknown, or somebody else's.
    #[error("there is no such cart: create one")]
    CartNotFound,
    /// No such line.
    #[error("the cart has no line {0}: it may have been removed; load the cart again")]
    LineNotFound(Uuid),
    /// Unknown, unpublished or without a price here.
    #[error("variant {0} is not sold in this channel")]
    NotAvailable(Uuid),
    /// Not enough.
    #[error("{available} units are left, the cart would have {quantity}: take at most {available}")]
    InsufficientStock {
        /// The variant.
        variant_id: Uuid,
        /// Units over all lines of the cart.
        quantity: u64,
        /// Units left.
        available: u64,
    },
    /// Zero or less.
    #[error("the quantity {0} is less than 1: remove the line instead")]
    QuantityTooSmall(i64),
    /// Too much for one line.
    #[error("the quantity {quantity} is too large: a line has at most {limit} units")]
    QuantityTooLarge {
        /// What the line would have.
        quantity: i64,
        /// What it may have.
        limit: u32,
    },
    /// Too many lines.
    #[error("the cart is full: it has at most {limit} lines")]
    TooManyLines {
        /// How many there may be.
        limit: usize,
    },
    /// Too long.
    #[error("the note has {length} characters: at most {limit} are possible")]
    NoteTooLong {
        /// What it has.
        length: usize,
        /// What it may have.
        limit: usize,
    },
    /// Too many.
    #[error("there are {count} attributes: at most {limit} are possible")]
    TooManyAttributes {
        /// How many there would be.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Nothing but space.
    #[error("an attribute has no key: give it one")]
    EmptyAttributeKey,
    /// Key or value.
    #[error("the attribute `{key}` has a key or value of {length} characters: at most {limit} are possible")]
    AttributeTooLong {
        /// Its beginning.
        key: String,
        /// What it has.
        length: usize,
        /// What it may have.
        limit: usize,
    },
    /// Empty, too long, or with spaces inside.
    #[error("`{0}` is not a coupon code: type it as it was given to you, without spaces")]
    BadCode(String),
    /// Too many.
    #[error("the cart has {limit} coupon codes already: remove one")]
    TooManyCodes {
        /// How many there may be.
        limit: usize,
    },
    /// No card has the code, or the cart has not the card.
    #[error("there is no such gift card: compare the code with the card")]
    GiftCardNotFound,
    /// Too many.
    #[error("the cart has {limit} gift cards already: remove one")]
    TooManyGiftCards {
        /// How many there may be.
        limit: usize,
    },
    /// Somebody was faster.
    #[error("the cart is at version {actual}, not {expected}: load it again")]
    VersionConflict {
        /// What the client sent.
        expected: i64,
        /// What it is.
        actual: i64,
    },
}

impl Refusal for CartError {
    type Code = CartErrorCode;
    fn code(&self) -> CartErrorCode {
        use CartErrorCode as Code;
        match self {
            Self::CartNotFound => Code::CartNotFound,
            Self::LineNotFound(_) => Code::LineNotFound,
            Self::NotAvailable(_) => Code::NotAvailable,
            Self::InsufficientStock { .. } => Code::InsufficientStock,
            Self::QuantityTooSmall(_) => Code::QuantityTooSmall,
            Self::QuantityTooLarge { .. } => Code::QuantityTooLarge,
            Self::TooManyLines { .. } => Code::TooManyLines,
            Self::NoteTooLong { .. } => Code::NoteTooLong,
            Self::TooManyAttributes { .. } => Code::TooManyAttributes,
            Self::EmptyAttributeKey | Self::AttributeTooLong { .. } => Code::InvalidAttribute,
            Self::BadCode(_) => Code::InvalidCode,
            Self::TooManyCodes { .. } => Code::TooManyCodes,
            Self::GiftCardNotFound => Code::GiftCardNotFound,
            Self::TooManyGiftCards { .. } => Code::TooManyGiftCards,
            Self::VersionConflict { .. } => Code::VersionConflict,
        }
    }
    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::CartNotFound => "cartId",
            Self::LineNotFound(_) => "lineId",
            Self::NotAvailable(_) => "variantId",
            Self::InsufficientStock { .. } | Self::QuantityTooSmall(_) | Self::QuantityTooLarge { .. } => "quantity",
            Self::TooManyLines { .. } => "lines",
            Self::NoteTooLong { .. } => "note",
            Self::TooManyAttributes { .. } | Self::EmptyAttributeKey | Self::AttributeTooLong { .. } => "attributes",
            Self::BadCode(_) | Self::TooManyCodes { .. } => "code",
            Self::GiftCardNotFound | Self::TooManyGiftCards { .. } => "giftCard",
            Self::VersionConflict { .. } => "expectedVersion",
        })
    }
}
