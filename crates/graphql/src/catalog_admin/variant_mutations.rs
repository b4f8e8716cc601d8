//! Staff make, change and delete variants, and set prices.
use super::{
    all_or_nothing,
    errors::CatalogUserError,
    product::ManagedProduct,
    product_id,
    product_mutations::told,
    typed_ids,
    variant::ManagedVariant,
    variant_inputs::{ProductVariantInput, ProductVariantUpdateInput, VariantPricesInput},
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    inventory::BulkErrorPolicy,
    mutation::{Keep, staff_run},
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use futures_util::FutureExt;
use std::collections::BTreeSet;
use tradewind_commerce::{
    account::Outcome,
    catalog::{self, BulkDone, CatalogCode},
};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::write::products_of_variants;
use uuid::Uuid;

/// Variants of a product, as they are now.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ProductVariantBulkPayload {
    /// The product; null where there is none.
    product: Option<ManagedProduct>,
    /// The variants that were made or changed, in display order.
    variants: Vec<ManagedVariant>,
    /// Why others were not.
    user_errors: Vec<CatalogUserError>,
}

/// Variants that are gone.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct ProductVariantBulkDeletePayload {
    /// The product; null where there is none.
    product: Option<ManagedProduct>,
    /// Ids of the variants that were deleted.
    deleted_ids: Vec<ID>,
    /// Why others were not.
    user_errors: Vec<CatalogUserError>,
}

/// Prices that were set.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct VariantPricesPayload {
    /// The variants whose prices were set, as they are now.
    variants: Vec<ManagedVariant>,
    /// Why others were not.
    user_errors: Vec<CatalogUserError>,
}

fn among(products: &[ManagedProduct], ids: &[Uuid]) -> Vec<ManagedVariant> {
    let ids: BTreeSet<&Uuid> = ids.iter().collect();
    let of = |product: &ManagedProduct| {
        let wanted = product.product.variants.iter().enumerate().filter(|(_, variant)| ids.contains(&variant.id));
        wanted.map(|(place, _)| ManagedVariant::of(&product.product, place)).collect::<Vec<_>>()
    };
    products.iter().flat_map(of).collect()
}

impl ProductVariantBulkPayload {
    async fn of(ctx: &Context<'_>, product: Uuid, outcome: Outcome<BulkDone, CatalogCode>) -> Result<Self> {
        let (ids, user_errors) = told(ctx, outcome);
        let product = ManagedProduct::load(ctx, product).await?;
        let variants = product.as_ref().map(|product| among(std::slice::from_ref(product), &ids)).unwrap_or_default();
        Ok(Self { product, variants, user_errors })
    }
}

/// Mutations about variants.
#[derive(Default)]
pub struct VariantMutations;

#[Object(crate = "crate::execution")]
impl VariantMutations {
    /// For staff: adds variants to a product, behind the others.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_variant_bulk_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] product_id: ID,
        #[graphql(desc = "At most 100.")] variants: Vec<ProductVariantInput>,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<ProductVariantBulkPayload> {
        let product = self::product_id("productId", &product_id)?;
        let state = (product, ProductVariantInput::read_all(ctx, variants)?, on_error.0);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(product, variants, on_error), tx, moment| {
            catalog::variant_bulk_create(tx, *product, variants, *on_error, moment).boxed()
        });
        ProductVariantBulkPayload::of(ctx, product, outcome.await?).await
    }

    /// For staff: changes variants of a product. Stock is set by `stockSet` and `stockAdjust`.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_variant_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] product_id: ID,
        #[graphql(desc = "At most 100.")] variants: Vec<ProductVariantUpdateInput>,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<ProductVariantBulkPayload> {
        let product = self::product_id("productId", &product_id)?;
        let state = (product, ProductVariantUpdateInput::read_all(ctx, variants)?, on_error.0);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(product, variants, on_error), tx, moment| {
            catalog::variant_bulk_update(tx, *product, variants, *on_error, moment).boxed()
        });
        ProductVariantBulkPayload::of(ctx, product, outcome.await?).await
    }

    /// For staff: deletes variants of a product. Orders keep their lines. While a checkout has units of one, that is
    /// refused.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn product_variant_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the product.")] product_id: ID,
        #[graphql(desc = "Ids of variants, at most 100.")] ids: Vec<ID>,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<ProductVariantBulkDeletePayload> {
        let product = self::product_id("productId", &product_id)?;
        let state = (product, typed_ids("ids", &ids, NodeKind::ProductVariant)?, on_error.0);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(product, ids, on_error), tx, moment| {
            catalog::variant_bulk_delete(tx, *product, ids, *on_error, moment).boxed()
        });
        let (ids, user_errors) = told(ctx, outcome.await?);
        let deleted_ids = ids.into_iter().map(|id| ID(GlobalId::encode(NodeKind::ProductVariant, id))).collect();
        Ok(ProductVariantBulkDeletePayload {
            product: ManagedProduct::load(ctx, product).await?,
            deleted_ids,
            user_errors,
        })
    }

    /// For staff: sets prices of variants of any products, in the channels that are named.
    #[graphql(directive = AccessTo::apply(&[Grant::CatalogWrite]))]
    async fn variant_prices_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100.")] inputs: Vec<VariantPricesInput>,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<VariantPricesPayload> {
        let state = (VariantPricesInput::read_all(ctx, inputs)?, on_error.0);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(inputs, on_error), tx, moment| {
            catalog::variant_prices_set(tx, inputs, *on_error, moment).boxed()
        });
        let (ids, user_errors) = told(ctx, outcome.await?);
        let products = products_of_variants(&ctx.request().db, ids.clone()).await.map_err(database)?;
        let products: BTreeSet<Uuid> = products.into_values().collect();
        let products = ManagedProduct::load_all(ctx, &products.into_iter().collect::<Vec<_>>()).await?;
        Ok(VariantPricesPayload { variants: among(&products, &ids), user_errors })
    }
}

direct!(ProductVariantBulkPayload {});
direct!(ProductVariantBulkDeletePayload {});
direct!(VariantPricesPayload {});
direct!(VariantMutations {});
governed! {
    Decision::Part => VariantMutations;
    Decision::Never => ProductVariantBulkPayload, ProductVariantBulkDeletePayload, VariantPricesPayload;
}
