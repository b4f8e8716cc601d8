//! Who may use a field: decided beside the field, written into the schema's text as `@access`, and checked before anything
//! of a document runs.
//!
//! Each field of a root type has a decision (a server with one that has none does not start); a field below has one where
//! it is for fewer people than its parent. What belongs to one customer is also looked for by its owner: a decision says
//! who may ask, never whose rows are shown.
mod directive;
mod field_access;
mod grant;
#[cfg(test)]
mod tests;
mod viewer;

pub(crate) use directive::{ACCESS, AccessTo};
pub(crate) use field_access::{DocumentAccess, FieldAccess};
pub(crate) use grant::{Grant, Grants, StaffPermission};
pub use viewer::Viewer;
