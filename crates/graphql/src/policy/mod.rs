//! What may be kept of each type, and for how long: one constant per type, beside the type.
//!
//! Four readers: the schema's text (`@cacheControl`, [`CacheControl`]), the guard that stands before every resolver of an
//! object ([`admit`]), the loaders ([`Cached`](tradewind_cache::Cached) names the same constant), and the header of an
//! answer ([`DocumentPolicy`]). A type without a decision does not compile where it resolves through
//! `crate::execution`, and does not start otherwise ([`undecided`]).
mod decision;
mod directive;
mod document;
mod guard;
mod lint;
#[cfg(test)]
mod tests;

pub(crate) use decision::{CATALOG, Decision, Governed, governed};
pub(crate) use directive::{CACHE_CONTROL, CacheControl};
pub(crate) use document::{DocumentPolicy, TypePolicies};
pub(crate) use guard::admit;
pub(crate) use lint::undecided;
