//! Staff change collections.
use super::{collection::ManagedCollection, errors::CatalogUserError, patch, product_ids, rules::CollectionRulesInput};
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    mutation::{Keep, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    catalog::{self, CatalogCode, Members},
};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

/// A collection; what is left out stays as it is.
#[derive(Clone, InputObject)]
pub struct CollectionInput {
    /// For people; a new collection needs one.
    pub title: Option<String>,
    /// Part of the address, unique; a new collection without one gets one of its title.
    pub slug: Option<String>,
    /// HTML; what could run is taken out.
    pub description_html: Option<String>,
    /// Its products follow them; null: those that it has stay, as picked by hand.
    pub rules: MaybeUndefined<CollectionRulesInput>,
    /// Order among collections, ascending.
    pub position: Option<i32>,
}

impl CollectionInput {
    fn read(self) -> Result<catalog::CollectionInput> {
        Ok(catalog::CollectionInput {
            title: self.title,
            slug: self.slug,
            description_html: self.description_html,
            rules: patch(self.rules, |rules| Ok(rules.read()))?,
            position: self.position,
        })
    }
}

/// What is done with products that are picked by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CollectionProductsChange {
    /// The collection has these, and no others.
    Set,
    /// It has these too.
    Add,
    /// It has these no more.
    Remove,
}

/// A collection as it is now.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CollectionPayload {
    /// The collection; null where nothing was done.
    collection: Option<ManagedCollection>,
    /// Why nothing was done.
    user_errors: Vec<CatalogUserError>,
}

impl CollectionPayload {
    async fn of(ctx: &Context<'_>, outcome: Outcome<Uuid, CatalogCode>) -> Result<Self> {
        let collection = shown(&outcome, |id| ManagedCollection::load(ctx, *id)).await?;
        Ok(Self { collection, user_errors: refusals(ctx, outcome) })
    }
}

/// A collection that is gone.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CollectionDeletePayload {
    /// Id of the collection; null where nothing was done.
    deleted_id: Option<ID>,
    /// Why nothing was done.
    user_errors: Vec<CatalogUserError>,
}

/// Mutations about collections.
#[derive(Default)]
pub struct CollectionMutations;

#[Object(crate = "crate::execution")]
impl CollectionMutations {
    /// For staff: makes a collection; without rules it is empty. `collectionPreview` says what rules would match.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn collection_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collection.")] input: CollectionInput,
    ) -> Result<CollectionPayload> {
        let input = input.read()?;
        let outcome = staff_run(ctx, Keep::Plainly, &input, |input, tx, moment| {
            catalog::collection_create(tx, input, moment).boxed()
        });
        CollectionPayload::of(ctx, outcome.await?).await
    }

    /// For staff: changes a collection; with its rules, its products change too.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn collection_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the collection.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: CollectionInput,
    ) -> Result<CollectionPayload> {
        let state = (typed_id("id", &id, NodeKind::Collection)?, input.read()?);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, input), tx, moment| {
            catalog::collection_update(tx, *id, input, moment).boxed()
        });
        CollectionPayload::of(ctx, outcome.await?).await
    }

    /// For staff: deletes a collection; its products stay.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn collection_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the collection.")] id: ID,
    ) -> Result<CollectionDeletePayload> {
        let id = typed_id("id", &id, NodeKind::Collection)?;
        let outcome =
            staff_run(ctx, Keep::Plainly, &id, |id, tx, moment| catalog::collection_delete(tx, *id, moment).boxed());
        let outcome = outcome.await?;
        let deleted_id = outcome.is_ok().then(|| ID(GlobalId::encode(NodeKind::Collection, id)));
        Ok(CollectionDeletePayload { deleted_id, user_errors: refusals(ctx, outcome) })
    }

    /// For staff: picks the products of a collection without rules by hand. They have no order of their own.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn collection_set_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the collection.")] id: ID,
        #[graphql(desc = "Ids of products, at most 1,000.")] product_ids: Vec<ID>,
        #[graphql(desc = "What is done with them.", default_with = "CollectionProductsChange::Set")]
        change: CollectionProductsChange,
    ) -> Result<CollectionPayload> {
        let ids = self::product_ids("productIds", &product_ids)?;
        let members = match change {
            CollectionProductsChange::Set => Members::Set(ids),
            CollectionProductsChange::Add => Members::Add(ids),
            CollectionProductsChange::Remove => Members::Remove(ids),
        };
        let state = (typed_id("id", &id, NodeKind::Collection)?, members);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, members), tx, _| {
            catalog::collection_set_products(tx, *id, members).boxed()
        });
        CollectionPayload::of(ctx, outcome.await?).await
    }
}

direct!(CollectionPayload {});
direct!(CollectionDeletePayload {});
direct!(CollectionMutations {});
governed! {
    Decision::Part => CollectionMutations;
    Decision::Never => CollectionPayload, CollectionDeletePayload;
}
