//! Orders: what staff and customers do with them after they were placed (docs/checkout.md).
//!
//! Each flow works in the caller's transaction, which is rolled back where it is refused, and tells which payments are to be
//! seen to after the commit ([`Changed::settle`](Changed)): [`Checkouts::settle`](crate::checkout::Checkouts::settle).
//! Where nobody does that, the sweeper does.
mod bill;
mod by_staff;
mod cancel;
mod change;
mod fulfil;
mod letters;
mod look_up;
mod refund;
mod refusal;
mod returns;

pub use bill::Bill;
pub use by_staff::audited_order;
pub(crate) use change::OrderChange;
pub use change::{By, Changed};
pub use fulfil::Parcel;
pub(crate) use letters::amount;
pub use look_up::{find_order, order_of_token, orders_page};
pub use refund::RefundInput;
pub use refusal::{Missing, OrderCode};
