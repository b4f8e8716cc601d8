//! A TCP proxy with faults, one per edge of the cluster. What stands still is not lost: as in a network, it arrives when
//! the fault has ended.
mod edge;
mod lane;
mod pump;
#[cfg(test)]
mod tests;

pub(crate) use edge::{Edge, Flow};
pub(crate) use lane::Lane;
