//! async-graphql with objects resolved our way. `#[Object(crate = "crate::execution")]` makes the macro take
//! `resolver_utils::resolve_container` from here instead of from async-graphql.
//!
//! async-graphql 7.2.1 allocates a task of its own for each field, also for a scalar that is there already: a quarter
//! of the server's time on the benchmark's nested operation (5,100 fields; 7.8 and 5.7 ms). [`object`] says what we do
//! instead. Interfaces, the query root and introspection go on in async-graphql's own way.
mod direct;
mod direct_values;
mod object;
#[cfg(test)]
mod tests;

pub(crate) use direct::{
    Direct, DirectObject, Json, Step, argument, direct, direct_fields, write_fields, write_resolved,
};
pub(crate) use direct_values::{direct_enum, write_enum};

use crate::answer::OutputTypes;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use tradewind_loader::{Frontier, Gathered};

/// Data of a request whose objects become JSON as they are finished. Not for a document with several selection sets
/// under one key.
pub(crate) struct Rendering {
    pub(crate) types: Arc<OutputTypes>,
    /// No key is selected twice, so objects may write themselves.
    pub(crate) is_direct: bool,
    pub(crate) frontier: Frontier,
    /// Counts the objects of the answer, where the actual cost is asked for.
    pub(crate) objects: Option<Arc<AtomicU64>>,
    /// A walk met a batch that failed.
    pub(crate) has_failed: AtomicBool,
}

impl Rendering {
    /// Whether objects may write themselves. Not after a batch has failed: a walk cannot tell the error's path, so each of
    /// them on the way down to the field would be in vain.
    fn walks(&self) -> bool {
        self.is_direct && !self.has_failed.load(Ordering::Relaxed)
    }

    /// Whether walks may go on when these have ended.
    fn goes_on(&self, gathered: &Gathered) -> bool {
        if gathered.has_failed() {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        self.walks()
    }

    fn count(&self, objects: u64) {
        if let Some(counted) = &self.objects {
            counted.fetch_add(objects, Ordering::Relaxed);
        }
    }
}

pub(crate) use async_graphql::*;

pub(crate) mod resolver_utils {
    pub(crate) use super::object::resolve_container;
    pub(crate) use async_graphql::resolver_utils::*;
}
