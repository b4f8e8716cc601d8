//! Tests of the cache against a model of the database and its log.
mod basics;
mod support;
