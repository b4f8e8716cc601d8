//! What staff say of variants.
use super::{patch, product_inputs::ManagedAttributeInput, variant::StockPolicy};
use crate::{buy::minor, directory::Directory, node::typed_id, scalars::Decimal};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Result};
use std::sync::Arc;
use tradewind_commerce::catalog::{self, OptionChoice, PriceInput, VariantPrices, VariantUpdate};
use tradewind_domain::global_id::NodeKind;

/// A variant's fields; what is left out stays as it is.
#[derive(Clone, InputObject)]
pub struct ProductVariantInput {
    /// A value of each option of the product; needed of a new variant of a product with options.
    pub options: Option<Vec<VariantOptionInput>>,
    /// Stock keeping unit.
    pub sku: MaybeUndefined<String>,
    /// GTIN, EAN, UPC or ISBN.
    pub barcode: MaybeUndefined<String>,
    /// Grams.
    pub weight_grams: MaybeUndefined<i64>,
    /// What happens when nothing is left; a new variant is not sold then.
    pub policy: Option<StockPolicy>,
    /// Whether its stock is counted; that of a new variant is.
    pub tracked: Option<bool>,
    /// Id of one of the product's pictures.
    pub media_id: MaybeUndefined<ID>,
    /// Prices in the channels that are named; those in others stay.
    #[graphql(default)]
    pub prices: Vec<VariantPriceInput>,
    /// All metafields.
    pub attributes: Option<Vec<ManagedAttributeInput>>,
}

/// A value of one option.
#[derive(Clone, InputObject)]
pub struct VariantOptionInput {
    /// Name of the option.
    pub option: String,
    /// One of its values.
    pub value: String,
}

/// What a variant costs in a channel.
#[derive(Clone, InputObject)]
pub struct VariantPriceInput {
    /// Code of the channel.
    pub channel: String,
    /// In the channel's currency; null: it is not sold there.
    pub amount: Option<Decimal>,
    /// The struck-through price, above the other; null: none.
    pub compare_at: Option<Decimal>,
}

/// A variant and what is to be different.
#[derive(Clone, InputObject)]
pub struct ProductVariantUpdateInput {
    /// Id of the variant.
    pub id: ID,
    /// What is to be different.
    #[graphql(flatten)]
    pub variant: ProductVariantInput,
}

/// Prices of a variant.
#[derive(Clone, InputObject)]
pub struct VariantPricesInput {
    /// Id of the variant.
    pub variant_id: ID,
    /// Prices in the channels that are named; those in others stay.
    pub prices: Vec<VariantPriceInput>,
}

impl ProductVariantInput {
    /// `at` is the way to the input, as messages write it.
    fn read(self, ctx: &Context<'_>, at: &str) -> Result<catalog::VariantInput> {
        let choice = |it: VariantOptionInput| OptionChoice { option: it.option, value: it.value };
        let media = |id: ID| typed_id(format_args!("{at}.mediaId"), &id, NodeKind::Media);
        Ok(catalog::VariantInput {
            options: self.options.map(|options| options.into_iter().map(choice).collect()),
            sku: patch(self.sku, Ok)?,
            barcode: patch(self.barcode, Ok)?,
            weight_grams: patch(self.weight_grams, Ok)?,
            policy: self.policy.map(Into::into),
            tracked: self.tracked,
            media_id: patch(self.media_id, media)?,
            prices: prices(ctx, at, self.prices)?,
            attributes: self.attributes.map(ManagedAttributeInput::read_all),
        })
    }

    pub(super) fn read_all(ctx: &Context<'_>, inputs: Vec<Self>) -> Result<Vec<catalog::VariantInput>> {
        let read = |(place, input): (usize, Self)| input.read(ctx, &format!("variants[{place}]"));
        inputs.into_iter().enumerate().map(read).collect()
    }
}

impl ProductVariantUpdateInput {
    pub(super) fn read_all(ctx: &Context<'_>, inputs: Vec<Self>) -> Result<Vec<VariantUpdate>> {
        let read = |(place, input): (usize, Self)| {
            let at = format!("variants[{place}]");
            let id = typed_id(format_args!("{at}.id"), &input.id, NodeKind::ProductVariant)?;
            Ok(VariantUpdate { id, variant: input.variant.read(ctx, &at)? })
        };
        inputs.into_iter().enumerate().map(read).collect()
    }
}

impl VariantPricesInput {
    pub(super) fn read_all(ctx: &Context<'_>, inputs: Vec<Self>) -> Result<Vec<VariantPrices>> {
        let read = |(place, input): (usize, Self)| {
            let at = format!("inputs[{place}]");
            let variant_id = typed_id(format_args!("{at}.variantId"), &input.variant_id, NodeKind::ProductVariant)?;
            Ok(VariantPrices { variant_id, prices: prices(ctx, &at, input.prices)? })
        };
        inputs.into_iter().enumerate().map(read).collect()
    }
}

/// In minor units of each channel's currency.
fn prices(ctx: &Context<'_>, at: &str, inputs: Vec<VariantPriceInput>) -> Result<Vec<PriceInput>> {
    let channels = ctx.data_unchecked::<Arc<Directory>>().all();
    let read = |(place, input): (usize, VariantPriceInput)| {
        let channel = channels.iter().find(|channel| channel.row.code == input.channel);
        let read = |field: &str, amount: Option<Decimal>| match (channel, amount) {
            (Some(channel), Some(amount)) => {
                minor(&format!("{at}.prices[{place}].{field}"), &amount, channel.currency).map(Some)
            }
            // Of a channel that there is not, the flow says so.
            (None, Some(_)) => Ok(Some(0)),
            (_, None) => Ok(None),
        };
        let amount = read("amount", input.amount)?;
        let compare_at = read("compareAt", input.compare_at)?.filter(|_| channel.is_some());
        Ok(PriceInput { channel: input.channel, amount, compare_at })
    };
    inputs.into_iter().enumerate().map(read).collect()
}
