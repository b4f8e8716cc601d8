//! The seeded and the demo catalog: the aggregates themselves, and what both databases make of them.

mod invariants;
mod seed;
mod seed_database;
