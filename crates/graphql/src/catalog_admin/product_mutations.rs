//! Staff make, change and delete products.
use super::{
    all_or_nothing,
    errors::CatalogUserError,
    product::ManagedProduct,
    product_id, product_ids,
    product_inputs::{ProductBulkUpdateInput, ProductInput, ProductMediaInput, PublicationInput},
    variant_inputs::ProductVariantInput,
};
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    inventory::BulkErrorPolicy,
    mutation::{Keep, refusal, refusals, staff_run},
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    catalog::{self, BulkDone, CatalogCode, NewProduct, ProductUpdate, TermsInput},
};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

/// A product as it is now.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ManagedProductPayload {
    /// The product; null where nothing was done.
    product: Option<ManagedProduct>,
    /// Why nothing was done.
    user_errors: Vec<CatalogUserError>,
}

impl ManagedProductPayload {
    /// Of a flow that changed the product.
    pub(super) async fn of<T>(ctx: &Context<'_>, id: Uuid, outcome: Outcome<T, CatalogCode>) -> Result<Self> {
        let product = if outcome.is_ok() { ManagedProduct::load(ctx, id).await? } else { None };
        Ok(Self { product, user_errors: refusals(ctx, outcome) })
    }
}

/// A product that is gone.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ProductDeletePayload {
    /// Id of the product as shoppers saw it; null where nothing was done.
    deleted_id: Option<ID>,
    /// Why nothing was done.
    user_errors: Vec<CatalogUserError>,
}

/// Products as they are now.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ProductBulkPayload {
    /// Those that were changed, in the order of the request.
    products: Vec<ManagedProduct>,
    /// Why others were not.
    user_errors: Vec<CatalogUserError>,
}

/// Products that are gone.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ProductBulkDeletePayload {
    /// Ids of those that were deleted, as shoppers saw them.
    deleted_ids: Vec<ID>,
    /// Why others were not.
    user_errors: Vec<CatalogUserError>,
}

/// How products are taxed and sent; what is left out stays.
#[derive(Clone, InputObject)]
pub struct ProductTermsInput {
    /// As tax rates name it, such as `books`; `standard` for the usual one.
    pub tax_category: Option<String>,
    /// False: there is nothing to send.
    pub needs_shipping: Option<bool>,
}

/// What was done in bulk, and what was not.
pub(super) fn told(ctx: &Context<'_>, outcome: Outcome<BulkDone, CatalogCode>) -> (Vec<Uuid>, Vec<CatalogUserError>) {
    let (ids, refused) = match outcome {
        Ok(BulkDone { ids, refused }) => (ids, refused),
        Err(refused) => (Vec::new(), refused),
    };
    (ids, refused.into_iter().map(|refused| refusal(ctx, refused)).collect())
}

fn public(id: Uuid) -> ID {
    ID(GlobalId::encode(NodeKind::Product, id))
}

/// Mutations about products.
#[derive(Default)]
pub struct ProductMutations;

#[Object(crate = "crate::execution")]
impl ProductMutations {
    /// For staff: makes a product, with all below it.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product's own fields.")] input: ProductInput,
        #[graphql(desc = "Its variants, in display order, at most 100.", default)] variants: Vec<ProductVariantInput>,
        #[graphql(desc = "Its pictures, in display order.", default)] media: Vec<ProductMediaInput>,
        #[graphql(desc = "Where and from when it is shown.", default)] publications: Vec<PublicationInput>,
    ) -> Result<ManagedProductPayload> {
        let new = NewProduct {
            product: input.read("input")?,
            variants: ProductVariantInput::read_all(ctx, variants)?,
            media: ProductMediaInput::read_all(media),
            publications: PublicationInput::read_all(publications),
        };
        let outcome =
            staff_run(ctx, Keep::Plainly, &new, |new, tx, moment| catalog::product_create(tx, new, moment).boxed());
        let outcome = outcome.await?;
        let id = outcome.as_ref().copied().unwrap_or_default();
        ManagedProductPayload::of(ctx, id, outcome).await
    }

    /// For staff: changes a product's own fields.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] id: ID,
        #[graphql(desc = "What is to be different.")] input: ProductInput,
    ) -> Result<ManagedProductPayload> {
        let update = ProductUpdate { id: product_id("id", &id)?, product: input.read("input")? };
        let outcome = staff_run(ctx, Keep::Plainly, &update, |update, tx, moment| {
            catalog::product_update(tx, update, moment).boxed()
        });
        ManagedProductPayload::of(ctx, update.id, outcome.await?).await
    }

    /// For staff: deletes a product with its variants, pictures and reviews. Orders keep their lines. While a checkout has
    /// units of it, that is refused: archive it instead.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] id: ID,
    ) -> Result<ProductDeletePayload> {
        let id = product_id("id", &id)?;
        let outcome =
            staff_run(ctx, Keep::Plainly, &id, |id, tx, moment| catalog::product_delete(tx, *id, moment).boxed());
        let outcome: Outcome<Uuid, CatalogCode> = outcome.await?;
        Ok(ProductDeletePayload {
            deleted_id: outcome.is_ok().then(|| public(id)),
            user_errors: refusals(ctx, outcome),
        })
    }

    /// For staff: changes the own fields of many products, their states and tags for example.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100.")] inputs: Vec<ProductBulkUpdateInput>,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<ProductBulkPayload> {
        let state = (ProductBulkUpdateInput::read_all(inputs)?, on_error.0);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(updates, on_error), tx, moment| {
            catalog::product_bulk_update(tx, updates, *on_error, moment).boxed()
        });
        let (ids, user_errors) = told(ctx, outcome.await?);
        Ok(ProductBulkPayload { products: ManagedProduct::load_all(ctx, &ids).await?, user_errors })
    }

    /// For staff: deletes many products, as `productDelete` does.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids of products, at most 100.")] ids: Vec<ID>,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<ProductBulkDeletePayload> {
        let state = (product_ids("ids", &ids)?, on_error.0);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(ids, on_error), tx, moment| {
            catalog::product_bulk_delete(tx, ids, *on_error, moment).boxed()
        });
        let (ids, user_errors) = told(ctx, outcome.await?);
        Ok(ProductBulkDeletePayload { deleted_ids: ids.into_iter().map(public).collect(), user_errors })
    }

    /// For staff: says how products are taxed and whether they are sent; all of them, or none.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_terms_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids of products, at most 100.")] product_ids: Vec<ID>,
        #[graphql(desc = "How.")] input: ProductTermsInput,
    ) -> Result<ProductBulkPayload> {
        let terms = TermsInput { tax_category: input.tax_category, needs_shipping: input.needs_shipping };
        let state = (super::product_ids("productIds", &product_ids)?, terms);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(ids, terms), tx, _| {
            catalog::product_terms_set(tx, ids, terms).boxed()
        });
        let outcome = outcome.await?;
        let ids = outcome.as_ref().map(Vec::as_slice).unwrap_or_default();
        let products = ManagedProduct::load_all(ctx, ids).await?;
        Ok(ProductBulkPayload { products, user_errors: refusals(ctx, outcome) })
    }
}

direct!(ManagedProductPayload {});
direct!(ProductDeletePayload {});
direct!(ProductBulkPayload {});
direct!(ProductBulkDeletePayload {});
direct!(ProductMutations {});
governed! {
    Decision::Part => ProductMutations;
    Decision::Never => ManagedProductPayload, ProductDeletePayload, ProductBulkPayload, ProductBulkDeletePayload;
}
