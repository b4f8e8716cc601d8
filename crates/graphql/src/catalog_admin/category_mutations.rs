//! Staff change the tree of categories.
use super::{errors::CatalogUserError, patch};
use crate::{
    access::{AccessTo, Grant},
    category::Category,
    execution::direct,
    mutation::{Keep, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    catalog::{self, CatalogCode},
};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

/// A category; what is left out stays as it is.
#[derive(Clone, InputObject)]
pub struct CategoryInput {
    /// For people; a new category needs one.
    pub name: Option<String>,
    /// Part of the address, unique; a new category without one gets one of its name.
    pub slug: Option<String>,
    /// Id of the category above it; null: it is a root.
    pub parent_id: MaybeUndefined<ID>,
    /// Order among those beside it, ascending.
    pub position: Option<i32>,
}

impl CategoryInput {
    fn read(self) -> Result<catalog::CategoryInput> {
        let parent = |id: ID| typed_id("input.parentId", &id, NodeKind::Category);
        let parent_id = patch(self.parent_id, parent)?;
        Ok(catalog::CategoryInput { name: self.name, slug: self.slug, parent_id, position: self.position })
    }
}

/// A category as it is now.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CategoryPayload {
    /// The category; null where nothing was done.
    category: Option<Category>,
    /// Why nothing was done.
    user_errors: Vec<CatalogUserError>,
}

impl CategoryPayload {
    async fn of(ctx: &Context<'_>, outcome: Outcome<Uuid, CatalogCode>) -> Result<Self> {
        let category = shown(&outcome, |id| Category::load(ctx, *id)).await?;
        Ok(Self { category, user_errors: refusals(ctx, outcome) })
    }
}

/// A category that is gone.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct CategoryDeletePayload {
    /// Id of the category; null where nothing was done.
    deleted_id: Option<ID>,
    /// Why nothing was done.
    user_errors: Vec<CatalogUserError>,
}

/// Mutations about categories.
#[derive(Default)]
pub struct CategoryMutations;

#[Object(crate = "crate::execution")]
impl CategoryMutations {
    /// For staff: makes a category.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn category_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category.")] input: CategoryInput,
    ) -> Result<CategoryPayload> {
        let input = input.read()?;
        let outcome = staff_run(ctx, Keep::Plainly, &input, |input, tx, moment| {
            catalog::category_create(tx, input, moment).boxed()
        });
        CategoryPayload::of(ctx, outcome.await?).await
    }

    /// For staff: changes a category, and moves it with everything below it.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn category_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the category.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: CategoryInput,
    ) -> Result<CategoryPayload> {
        let state = (typed_id("id", &id, NodeKind::Category)?, input.read()?);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, input), tx, moment| {
            catalog::category_update(tx, *id, input, moment).boxed()
        });
        CategoryPayload::of(ctx, outcome.await?).await
    }

    /// For staff: deletes a category that has none below it. Its products go to the one above; those of a root are in none.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn category_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the category.")] id: ID,
    ) -> Result<CategoryDeletePayload> {
        let id = typed_id("id", &id, NodeKind::Category)?;
        let outcome =
            staff_run(ctx, Keep::Plainly, &id, |id, tx, moment| catalog::category_delete(tx, *id, moment).boxed());
        let outcome = outcome.await?;
        let deleted_id = outcome.is_ok().then(|| ID(GlobalId::encode(NodeKind::Category, id)));
        Ok(CategoryDeletePayload { deleted_id, user_errors: refusals(ctx, outcome) })
    }
}

direct!(CategoryPayload {});
direct!(CategoryDeletePayload {});
direct!(CategoryMutations {});
governed! {
    Decision::Part => CategoryMutations;
    Decision::Never => CategoryPayload, CategoryDeletePayload;
}
