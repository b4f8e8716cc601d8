//! What the proofs of buying share: a shop to buy in, buyers, and a look at what came of it.
mod audit;
mod buyer;
mod fleet;
mod goods;
mod limits;

pub(crate) use audit::{Stock, differences, is_settled, stock};
pub(crate) use buyer::{Buyer, Cart, Refused, Step};
pub(crate) use fleet::Fleet;
pub(crate) use goods::{Goods, PRICE, open_shop};
pub(crate) use limits::raise_open_files;
