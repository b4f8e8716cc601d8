//! `tradewind seed`: a large catalog with the skew of a real shop, the same for the same seed.
mod catalog;
mod category;
mod clock;
mod collection;
mod customer;
mod dice;
mod groups;
mod ids;
mod price;
mod product;
mod review;
mod run;
mod skew;
mod stock;
mod text;
mod variant;
mod words;

pub use catalog::{Catalog, Seeded};
pub use clock::end_of_history;
pub(crate) use ids::{Kind, row_id};
pub use run::{SeedError, SeedOptions, SeedProgress, SeedReport, run};
