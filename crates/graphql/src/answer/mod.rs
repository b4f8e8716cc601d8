//! What an answer looks like by the specification: the keys of each object in the order of the query, and `null` for
//! what failed, or for its nearest parent that may be null.
//!
//! async-graphql 7.2.1 collects the fields of an object as they finish, so a field that waited for the database comes
//! last; it leaves a failed field out; and an object all of whose fields failed or were skipped becomes `null`. A
//! [`Plan`] is made of the document before it runs, and [`arrange`] puts the answer right after it ran.
mod arrange;
mod json;
mod mark;
mod output_types;
mod plan;
#[cfg(test)]
mod tests;

pub(crate) use arrange::{arrange, require};
pub(crate) use json::{render, rendered, write_answer, write_json, write_object, write_value};
pub(crate) use mark::{is_mark, is_reserved, mark};
pub(crate) use output_types::OutputTypes;
pub(crate) use plan::{Plan, Planned, plan};

/// Key of a `__typename` that [`mark`] adds where the plan depends on it; never in an answer.
const MARK: &str = "__tradewind_typename";
