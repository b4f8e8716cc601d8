//! The catalog as staff see it and change it: every channel, drafts too (docs/catalog-admin.md).
mod category_mutations;
mod collection;
mod collection_mutations;
mod errors;
mod media_mutations;
mod product;
mod product_inputs;
mod product_mutations;
mod product_query;
mod publication_mutations;
mod rules;
mod variant;
mod variant_inputs;
mod variant_mutations;

pub(crate) use category_mutations::CategoryMutations;
pub(crate) use collection::ManagedCollectionQuery;
pub(crate) use collection_mutations::CollectionMutations;
pub(crate) use media_mutations::MediaMutations;
pub(crate) use product::ManagedProduct;
pub(crate) use product_mutations::ProductMutations;
pub(crate) use product_query::ManagedProductQuery;
pub(crate) use publication_mutations::PublicationMutations;
pub(crate) use variant_mutations::VariantMutations;

use crate::{error::bad_input, inventory::BulkErrorPolicy, node::decode};
use async_graphql::{ID, MaybeUndefined, Result};
use std::fmt::Display;
use tradewind_commerce::{catalog::Patch, staff::OnError};
use tradewind_domain::global_id::NodeKind;
use uuid::Uuid;

/// A product by its id of either kind: the one that shoppers see, or the managed one.
fn product_id(argument: impl Display, id: &ID) -> Result<Uuid> {
    let decoded = decode(&argument, id)?;
    match decoded.kind {
        NodeKind::Product | NodeKind::ManagedProduct => Ok(decoded.id),
        other => Err(bad_input(format!("`{argument}` is the id of a {}, but a Product is wanted here", other.name()))),
    }
}

/// The products of a list of ids.
fn product_ids(argument: &str, ids: &[ID]) -> Result<Vec<Uuid>> {
    ids.iter().enumerate().map(|(place, id)| product_id(format_args!("{argument}[{place}]"), id)).collect()
}

/// A list of ids of one type.
fn typed_ids(argument: &str, ids: &[ID], kind: NodeKind) -> Result<Vec<Uuid>> {
    let read = |(place, id)| crate::node::typed_id(format_args!("{argument}[{place}]"), id, kind);
    ids.iter().enumerate().map(read).collect()
}

/// What is left out stays, null clears.
fn patch<T, U>(value: MaybeUndefined<T>, read: impl FnOnce(T) -> Result<U>) -> Result<Patch<U>> {
    Ok(match value {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(read(value)?),
    })
}

fn all_or_nothing() -> BulkErrorPolicy {
    BulkErrorPolicy(OnError::AllOrNothing)
}
