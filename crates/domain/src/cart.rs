//! Carts: what a shopper means to buy, within limits.
//!
//! Prices, stock and discounts are no part of a cart: they are looked up whenever it is shown, and what has changed since
//! is told by [`warnings`].
mod error;
mod limits;
mod merge;
mod warning;

pub use error::{CartError, CartErrorCode};
pub use limits::CartLimits;
pub use merge::{Merged, merge};
pub use warning::{CartWarning, CartWarningCode, VariantFacts, warnings};

use crate::promotion::coupon_code;
use crate::refusal::shown;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Facts that the shop's own pages attach to a cart or line (an engraving, a gift wrap), by key.
pub type Attributes = BTreeMap<String, String>;

/// The content of a cart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart {
    /// In the order of adding. No two are of one variant with the same attributes.
    pub lines: Vec<CartLine>,
    /// From the shopper to the shop.
    pub note: String,
    /// Of the cart as a whole.
    pub attributes: Attributes,
    /// Coupon codes in their stored form, in the order of entering.
    pub codes: Vec<String>,
}

/// Some units of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// The line's own id.
    pub id: Uuid,
    /// What is bought.
    pub variant_id: Uuid,
    /// At least one.
    pub quantity: u32,
    /// Lines of one variant that differ in them stay apart.
    pub attributes: Attributes,
    /// What one unit cost when the shopper was last shown it, in minor units.
    pub seen_price: i64,
}

/// What is to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartAddition {
    /// The id of the line, if there must be a new one.
    pub line_id: Uuid,
    /// What is bought.
    pub variant_id: Uuid,
    /// As the client sent it.
    pub quantity: i64,
    /// As the client sent them.
    pub attributes: Attributes,
    /// What one unit costs now, in minor units.
    pub price: i64,
}

impl Cart {
    /// Adds units, to the line of the same variant and attributes if there is one. The id of the line.
    pub fn add(&mut self, addition: CartAddition, limits: &CartLimits) -> Result<Uuid, CartError> {
        let more = limits.quantity(addition.quantity)?;
        limits.attributes(&addition.attributes)?;
        let same = |line: &&mut CartLine| line.is_of(addition.variant_id, &addition.attributes);
        if let Some(line) = self.lines.iter_mut().find(same) {
            line.quantity = limits.quantity(i64::from(line.quantity) + i64::from(more))?;
            line.seen_price = addition.price;
            return Ok(line.id);
        }
        if self.lines.len() >= limits.lines {
            return Err(CartError::TooManyLines { limit: limits.lines });
        }
        let CartAddition { line_id: id, variant_id, attributes, price: seen_price, .. } = addition;
        self.lines.push(CartLine { id, variant_id, quantity: more, attributes, seen_price });
        Ok(id)
    }

    /// Sets the units of a line; zero removes it.
    pub fn set_quantity(&mut self, line_id: Uuid, quantity: i64, limits: &CartLimits) -> Result<(), CartError> {
        if quantity == 0 {
            return self.remove(line_id);
        }
        let quantity = limits.quantity(quantity)?;
        self.line_mut(line_id)?.quantity = quantity;
        Ok(())
    }

    /// Sets the attributes of a line. If another line is now the same, its units come to this one.
    pub fn set_line_attributes(
        &mut self,
        line_id: Uuid,
        attributes: Attributes,
        limits: &CartLimits,
    ) -> Result<(), CartError> {
        limits.attributes(&attributes)?;
        let variant_id = self.line_mut(line_id)?.variant_id;
        let same = |line: &CartLine| line.id != line_id && line.is_of(variant_id, &attributes);
        let others: i64 = self.lines.iter().filter(|line| same(line)).map(|line| i64::from(line.quantity)).sum();
        let line = self.line_mut(line_id)?;
        line.quantity = limits.quantity(i64::from(line.quantity) + others)?;
        line.attributes = attributes.clone();
        self.lines.retain(|line| !(line.id != line_id && line.is_of(variant_id, &attributes)));
        Ok(())
    }

    /// Takes a line out.
    pub fn remove(&mut self, line_id: Uuid) -> Result<(), CartError> {
        self.line_mut(line_id)?;
        self.lines.retain(|line| line.id != line_id);
        Ok(())
    }

    /// Sets the note; an empty one removes it.
    pub fn set_note(&mut self, note: &str, limits: &CartLimits) -> Result<(), CartError> {
        self.note = limits.note(note)?;
        Ok(())
    }

    /// Sets the attributes of the cart.
    pub fn set_attributes(&mut self, attributes: Attributes, limits: &CartLimits) -> Result<(), CartError> {
        limits.attributes(&attributes)?;
        self.attributes = attributes;
        Ok(())
    }

    /// Enters a coupon code; entering it again changes nothing. Its stored form.
    pub fn add_code(&mut self, text: &str, limits: &CartLimits) -> Result<String, CartError> {
        let code = coupon_code(text).ok_or_else(|| CartError::BadCode(shown(text)))?;
        if !self.codes.contains(&code) {
            if self.codes.len() >= limits.codes {
                return Err(CartError::TooManyCodes { limit: limits.codes });
            }
            self.codes.push(code.clone());
        }
        Ok(code)
    }

    /// Takes a coupon code out; whether it was there.
    pub fn remove_code(&mut self, text: &str) -> bool {
        let before = self.codes.len();
        let code = coupon_code(text);
        self.codes.retain(|other| Some(other) != code.as_ref());
        self.codes.len() < before
    }

    /// Units of a variant over all lines: two lines share one stock.
    pub fn quantity_of(&self, variant_id: Uuid) -> u64 {
        self.lines.iter().filter(|line| line.variant_id == variant_id).map(|line| u64::from(line.quantity)).sum()
    }

    fn line_mut(&mut self, line_id: Uuid) -> Result<&mut CartLine, CartError> {
        self.lines.iter_mut().find(|line| line.id == line_id).ok_or(CartError::LineNotFound(line_id))
    }
}

impl CartLine {
    fn is_of(&self, variant_id: Uuid, attributes: &Attributes) -> bool {
        self.variant_id == variant_id && self.attributes == *attributes
    }
}
