//! The tables as SeaORM entities, a file each; without relations, because nothing is read through them.
// The derive writes public items.
#![allow(unreachable_pub)]
pub(crate) mod category;
pub(crate) mod channel;
pub(crate) mod channel_warehouse;
pub(crate) mod collection;
pub(crate) mod collection_product;
pub(crate) mod customer;
pub(crate) mod listing;
pub(crate) mod listing_scope;
pub(crate) mod media;
pub(crate) mod product;
pub(crate) mod product_attribute;
pub(crate) mod product_facet;
pub(crate) mod product_publication;
pub(crate) mod product_search;
pub(crate) mod review;
pub(crate) mod stock_level;
pub(crate) mod variant;
pub(crate) mod variant_price;
pub(crate) mod warehouse;
