//! The GraphQL schema, its resolvers and limits. No HTTP and no SQL: the transport hands in a [`GraphqlRequest`] and
//! gets an [`Outcome`]; rows come from `tradewind-persistence` through one loader per relation.
#![allow(
    unreachable_pub,
    reason = "types of the schema are public to async-graphql; the crate exports the few that callers use"
)]

mod access;
mod account;
mod administration;
mod answer;
mod buy;
mod cached;
mod caching;
mod caller;
mod catalog_admin;
mod category;
mod channel;
mod check;
mod collection;
mod columns;
mod conclusion;
mod context;
mod cursor;
mod directory;
mod documents;
mod engine;
mod error;
mod execution;
mod explain;
mod facet;
mod filter;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod inventory;
mod keyed;
mod limits;
mod loaders;
mod media;
mod money;
mod mutation;
mod node;
mod page;
mod policy;
mod prepare;
mod product;
mod product_connection;
mod product_list;
mod product_option;
mod product_status;
mod refusal;
mod request;
mod review;
mod scalars;
mod schema;
mod schema_directive;
mod search;
mod shared_row;
mod staff;
mod stock;
mod subscription;
mod validation;
mod variant;
mod words;

pub use access::Viewer;
pub use account::Authenticated;
pub use async_graphql::Response;
pub use cached::{DatabaseLog, DatabaseReplicas};
pub use caching::Caching;
pub use caller::{Caller, SessionChange};
pub use check::CheckedOperation;
pub use engine::Engine;
pub use error::Code;
pub use limits::Limits;
pub use mutation::Commerce;
pub use prepare::Prepared;
pub use request::{GraphqlRequest, Outcome, RequestContext};
pub use schema::{MOST_BRACKETS, Mutation, Query, ShopSchema, sdl};
pub use subscription::{Event, EventStream};
