//! Collections as staff see them.
use super::rules::CollectionRules;
use crate::{
    access::{AccessTo, Grant},
    collection::Collection,
    context::Request as _,
    error::database,
    execution::direct,
    node::typed_id,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use tradewind_domain::{collection, global_id::NodeKind};
use tradewind_persistence::write::Shop;
use uuid::Uuid;

/// A collection with what only staff see of it.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ManagedCollection::DECISION))]
pub struct ManagedCollection {
    /// The collection as shoppers see it.
    pub collection: Collection,
    /// What its products follow; null: they are picked by hand.
    pub rules: Option<CollectionRules>,
    /// Order among collections, ascending.
    pub position: i32,
}

impl ManagedCollection {
    async fn of(ctx: &Context<'_>, row: &collection::Collection) -> Result<Option<Self>> {
        let rules = row.rules.as_ref().map(CollectionRules::of);
        let collection = Collection::load(ctx, row.id).await?;
        Ok(collection.map(|collection| Self { collection, rules, position: row.position }))
    }

    /// The collection, if there is one.
    pub(super) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        let shop = Shop::load(&ctx.request().db).await.map_err(database)?;
        match shop.collections.iter().find(|collection| collection.id == id) {
            Some(row) => Self::of(ctx, row).await,
            None => Ok(None),
        }
    }
}

/// Queries of staff for collections.
#[derive(Default)]
pub struct ManagedCollectionQuery;

#[Object(crate = "crate::execution")]
impl ManagedCollectionQuery {
    /// For staff: a collection with its rules; null when there is none. `collections` lists them all.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogRead]))]
    async fn managed_collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the collection.")] id: ID,
    ) -> Result<Option<ManagedCollection>> {
        ManagedCollection::load(ctx, typed_id("id", &id, NodeKind::Collection)?).await
    }
}

direct!(ManagedCollection {});
direct!(ManagedCollectionQuery {});
governed! {
    Decision::Never => ManagedCollection;
    Decision::Part => ManagedCollectionQuery;
}
