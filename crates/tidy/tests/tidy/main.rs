//! Rules about the tree itself. A failure names each offender and the way out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

mod descriptions;
mod docs;
mod execution;
mod imports;
mod length;
mod links;
mod paths;
mod tree;
