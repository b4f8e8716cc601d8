//! Whether a document fits the schema, and a request's variables the document.
//!
//! async-graphql validates every request anew, because some of its rules look at the values of variables. Here the two
//! are apart: a document is validated once, when it is read, and kept with its verdict; each request only has its
//! variables coerced (specification, October 2021, section 6.1.2). Rules about positions of variables make sure that
//! variables which are right by themselves are right wherever the document uses them.
mod strict;
mod type_system;
mod variables;
#[cfg(test)]
mod variables_tests;

pub(crate) use strict::Validator;
pub(crate) use type_system::TypeSystem;
pub(crate) use variables::coerce;
