//! What becomes of a guest's cart when the guest logs in.
use super::{Cart, CartLimits, CartLine, CartWarning};

/// The cart of a customer with a guest's in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// What the customer has now.
    pub cart: Cart,
    /// Units and lines that did not fit, to be told.
    pub warnings: Vec<CartWarning>,
}

/// Puts a guest's cart into the customer's.
///
/// - Every line of the customer stays. Units of the same variant and attributes are added up, to at most what a line may
///   have. Other lines of the guest come behind, as long as there is room. What did not fit is a warning.
/// - The guest's note and attributes are the newer ones: the note replaces the customer's unless it is empty, an
///   attribute the customer's of the same key. The customer's other attributes stay as long as there is room, by key.
/// - Coupon codes of the customer stay, the guest's come behind, as long as there is room.
pub fn merge(customer: Cart, guest: Cart, limits: &CartLimits) -> Merged {
    let mut cart = customer;
    let mut warnings = Vec::new();
    for line in guest.lines {
        warnings.extend(merge_line(&mut cart.lines, line, limits));
    }
    if !guest.note.is_empty() {
        cart.note = guest.note;
    }
    let mut attributes = guest.attributes;
    for (key, value) in cart.attributes {
        if attributes.len() < limits.attributes {
            attributes.entry(key).or_insert(value);
        }
    }
    cart.attributes = attributes;
    for code in guest.codes {
        if cart.codes.len() < limits.codes && !cart.codes.contains(&code) {
            cart.codes.push(code);
        }
    }
    Merged { cart, warnings }
}

fn merge_line(lines: &mut Vec<CartLine>, line: CartLine, limits: &CartLimits) -> Option<CartWarning> {
    let room = lines.len() < limits.lines;
    match lines.iter_mut().find(|other| other.is_of(line.variant_id, &line.attributes)) {
        Some(other) => {
            let wanted = u64::from(other.quantity) + u64::from(line.quantity);
            let kept = u32::try_from(wanted).map_or(limits.quantity, |wanted| wanted.min(limits.quantity));
            // A line from before the limit was lowered keeps what it has.
            other.quantity = other.quantity.max(kept);
            other.seen_price = line.seen_price;
            (u64::from(other.quantity) < wanted).then_some(CartWarning::QuantityCapped {
                line_id: other.id,
                wanted,
                kept: other.quantity,
            })
        }
        None if room => {
            lines.push(line);
            None
        }
        None => Some(CartWarning::LineDropped { variant_id: line.variant_id, quantity: line.quantity }),
    }
}
