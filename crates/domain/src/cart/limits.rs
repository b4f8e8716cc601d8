//! How much a cart may hold.
use super::{Attributes, CartError};

/// How much a cart may hold. Lengths are in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CartLimits {
    /// Lines.
    pub lines: usize,
    /// Units of one line.
    pub quantity: u32,
    /// The note.
    pub note: usize,
    /// Attributes of the cart, and of each line.
    pub attributes: usize,
    /// The key of an attribute.
    pub attribute_key: usize,
    /// The value of an attribute.
    pub attribute_value: usize,
    /// Coupon codes.
    pub codes: usize,
}

impl Default for CartLimits {
    fn default() -> Self {
        Self {
            lines: 500,
            quantity: 10_000,
            note: 5_000,
            attributes: 25,
            attribute_key: 100,
            attribute_value: 1_000,
            codes: 10,
        }
    }
}

impl CartLimits {
    /// A client's quantity, if it is one.
    pub fn quantity(&self, quantity: i64) -> Result<u32, CartError> {
        match u32::try_from(quantity) {
            Ok(fits) if (1..=self.quantity).contains(&fits) => Ok(fits),
            _ if quantity < 1 => Err(CartError::QuantityTooSmall(quantity)),
            _ => Err(CartError::QuantityTooLarge { quantity, limit: self.quantity }),
        }
    }

    /// A client's note, trimmed.
    pub fn note(&self, note: &str) -> Result<String, CartError> {
        let length = note.trim().chars().count();
        if length > self.note {
            return Err(CartError::NoteTooLong { length, limit: self.note });
        }
        Ok(note.trim().to_owned())
    }

    /// A client's attributes, if they fit.
    pub fn attributes(&self, attributes: &Attributes) -> Result<(), CartError> {
        if attributes.len() > self.attributes {
            return Err(CartError::TooManyAttributes { count: attributes.len(), limit: self.attributes });
        }
        for (key, value) in attributes {
            if key.trim().is_empty() {
                return Err(CartError::EmptyAttributeKey);
            }
            for (text, limit) in [(key, self.attribute_key), (value, self.attribute_value)] {
                let length = text.chars().count();
                if length > limit {
                    let key = key.chars().take(self.attribute_key.min(40)).collect();
                    return Err(CartError::AttributeTooLong { key, length, limit });
                }
            }
        }
        Ok(())
    }
}
