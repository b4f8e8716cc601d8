//! Customers.
use super::{
    clock::before_end,
    dice::{Dice, Stream},
    ids::{Kind, row_id},
    words::{GIVEN_NAMES, INITIALS},
};
use tradewind_domain::customer::Customer;
use uuid::Uuid;

/// 5,000, and fewer only for a shop of fewer than 1,000 products.
pub(super) fn customer_count(products: u32) -> u32 {
    products.saturating_mul(5).clamp(100, 5000)
}

/// The id of the customer at an index.
pub(super) fn customer_id(seed: u64, index: u32) -> Uuid {
    row_id(seed, Kind::Customer, index.into())
}

/// The customer at an index; the address is in a domain that never exists.
pub(super) fn customer(seed: u64, index: u32) -> Customer {
    let dice = &mut Dice::new(seed, Stream::Customer, index);
    let name = dice.pick(&GIVEN_NAMES);
    let initial = INITIALS.chars().nth(dice.below(INITIALS.len())).unwrap_or('A');
    Customer {
        id: customer_id(seed, index),
        email: format!("customer-{index}@seed-{seed}.example"),
        display_name: format!("{name} {initial}."),
        created_at: before_end(dice, 3 * 365, 4 * 365),
    }
}
