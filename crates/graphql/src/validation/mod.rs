//! Whether a document fits the schema, and a request's variables the document.
//!
//! A document is validated once, when it is read, and kept with its verdict; each request only has its variables
//! coerced. Rules about positions of variables make sure that variables which are right by themselves are right
//! wherever the document uses them.
//!
//! The rules are those of the specification (October 2021, section 5) and `@oneOf`; those that async-graphql's parser
//! enforces are left out: names of operations and fragments are unique, and an anonymous operation is alone.
//! async-graphql's own rules are not used: they look at the values of variables, so they would have to run at each
//! request; they skip what stands at `__typename`, do not look below fields that are merged, and refuse a nullable
//! variable where the position has a default. `clients/suites/validation.mjs` compares with graphql-js.
mod absent;
mod arguments;
mod directives;
mod overlap;
mod place;
mod report;
mod scalar;
mod selections;
mod suggestion;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod type_system;
mod usage;
mod variables;
#[cfg(test)]
mod variables_tests;

use async_graphql::{ServerError, parser::types::ExecutableDocument};
use report::Report;
use selections::Walk;

pub(crate) use absent::leave_out;
pub(crate) use syntax::syntax_error;
pub(crate) use type_system::TypeSystem;
pub(crate) use variables::coerce;

/// What a client may learn of the schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// `__schema` and `__type` are answered, and errors suggest names.
    pub(crate) introspection: bool,
}

/// What a valid document wants to have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validated {
    /// A variable that may be left out stands where its absence lets a default come in.
    pub(crate) has_optional: bool,
}

/// Checks all operations and fragments of a document, parsed from `text`. It is within the limits, and no fragment
/// spreads itself.
pub(crate) fn validate(
    types: &TypeSystem,
    document: &ExecutableDocument,
    text: &str,
    policy: Policy,
) -> Result<Validated, Vec<ServerError>> {
    let mut report = Report::default();
    text::check(text, &mut report);
    let mut walk = Walk::new(types, document, policy, report);
    walk.document();
    let (scopes, mut report) = walk.into_parts();
    let has_optional = usage::check(document, &scopes, &mut report);
    if report.is_empty() {
        overlap::check(types, document, &mut report);
    }
    report.finish(Validated { has_optional })
}
