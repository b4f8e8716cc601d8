//! Changing the table of tax rates.
use super::{errors::TaxRateUserError, money_input::rate, object::objects, tax_rate::TaxRate, zone::ZoneInput};
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    mutation::{Keep, deleted, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
    scalars::Decimal,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use futures_util::FutureExt;
use tradewind_commerce::administration::tax_rates;
use tradewind_domain::{global_id::NodeKind, tax, tax_table::TaxRule};
use uuid::Uuid;

/// A tax that is due in a part of the world.
#[derive(Clone, Debug, InputObject)]
pub struct TaxRateInput {
    /// What an invoice calls it; at most 200 characters.
    pub name: String,
    /// Rates of one layer replace each other, the narrowest zone first; those of different layers add up: `VAT`, `state`.
    pub layer: String,
    /// Where it holds; left out: everywhere.
    #[graphql(default)]
    pub zone: ZoneInput,
    /// The tax category of what it holds for; null: all.
    pub category: Option<String>,
    /// In percent of the net amount, with at most four decimals, such as `"8.875"`; `"0"` for what is exempt.
    pub rate: Decimal,
}

objects! {
    /// A tax rate.
    TaxRatePayload {
        /// The rate, as it is now; null where nothing was done.
        tax_rate: Option<TaxRate>,
        /// Why nothing was done.
        user_errors: Vec<TaxRateUserError>,
    }
    /// A tax rate that is gone.
    TaxRateDeletePayload {
        /// Id of the rate; null where nothing was done.
        deleted_id: Option<ID>,
        /// Why nothing was done.
        user_errors: Vec<TaxRateUserError>,
    }
}

/// Mutations about tax rates.
#[derive(Default)]
pub struct TaxRateMutations;

#[Object(crate = "crate::execution")]
impl TaxRateMutations {
    /// For staff: makes a tax rate, or replaces one as a whole. Carts are taxed by it with their next request.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn tax_rate_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the rate to replace; left out: a new one.")] id: Option<ID>,
        #[graphql(desc = "The rate.")] input: TaxRateInput,
    ) -> Result<TaxRatePayload> {
        let rule = TaxRule {
            id: Uuid::nil(),
            zone: input.zone.read("input.zone")?,
            rate: tax::TaxRate { rate: rate("input.rate", &input.rate)?, name: input.name },
            layer: input.layer,
            category: input.category,
        };
        let state = (id.map(|id| typed_id("id", &id, NodeKind::TaxRate)).transpose()?, rule);
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(id, rule), tx, moment| {
            tax_rates::save(tx, *id, rule, moment).boxed()
        });
        let outcome = outcome.await?;
        let tax_rate = shown(&outcome, |id| TaxRate::load(ctx, *id)).await?;
        Ok(TaxRatePayload { tax_rate, user_errors: refusals(ctx, outcome) })
    }

    /// For staff: deletes a tax rate. Orders keep what was due.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn tax_rate_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the rate.")] id: ID,
    ) -> Result<TaxRateDeletePayload> {
        let id = typed_id("id", &id, NodeKind::TaxRate)?;
        let outcome = staff_run(ctx, Keep::Plainly, &id, |id, tx, _| tax_rates::delete(tx, *id).boxed()).await?;
        let deleted_id = deleted(&outcome, NodeKind::TaxRate);
        Ok(TaxRateDeletePayload { deleted_id, user_errors: refusals(ctx, outcome) })
    }
}

direct!(TaxRateMutations {});
governed! {
    Decision::Part => TaxRateMutations;
}
