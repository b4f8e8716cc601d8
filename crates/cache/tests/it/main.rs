//! Tests of the cache against models of the database, its log, replicas and a store that lies.
mod basics;
mod promise;
mod simulation;
mod support;
mod tiers;
