//! Counting stock, taking it in, correcting it.
use super::managed_stock::ManagedStock;
use crate::{
    access::{AccessTo, Grant},
    execution::direct,
    mutation::{Keep, UserError as _, refusals, staff_of, staff_run, user_errors},
    node::typed_id,
    policy::{Decision, governed},
    words::{input_words, word_enums},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::{
    account::Outcome,
    staff::{Actor, OnError},
    stock::{self, StockAmount, StockChange, StockCode, StockDone, Threshold},
};
use tradewind_domain::global_id::NodeKind;
use tradewind_persistence::write::MovementKind;
use uuid::Uuid;

word_enums! {
    /// What becomes of the other items of a bulk mutation where one is refused.
    BulkErrorPolicy = OnError;
}
input_words!(BulkErrorPolicy);

user_errors! {
    /// Why stock is not changed.
    StockUserError { StockErrorCode = StockCode }
}

/// Why units come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StockAdjustmentKind {
    /// Goods came in.
    Receive,
    /// Goods came back.
    Return,
    /// Goods were lost or found, or somebody counted wrongly.
    Adjust,
}

impl From<StockAdjustmentKind> for MovementKind {
    fn from(kind: StockAdjustmentKind) -> Self {
        match kind {
            StockAdjustmentKind::Receive => Self::Receive,
            StockAdjustmentKind::Return => Self::Return,
            StockAdjustmentKind::Adjust => Self::Adjust,
        }
    }
}

/// Units that came or went.
#[derive(Clone, InputObject)]
pub struct StockAdjustInput {
    /// Id of the variant.
    pub variant_id: ID,
    /// Id of the warehouse.
    pub warehouse_id: ID,
    /// Units that came; below zero: that went.
    pub delta: i64,
}

/// Units that are there.
#[derive(Clone, InputObject)]
pub struct StockSetInput {
    /// Id of the variant.
    pub variant_id: ID,
    /// Id of the warehouse.
    pub warehouse_id: ID,
    /// Units on hand, promised ones included.
    pub on_hand: i64,
    /// As many as you believe to be there; another number is a conflict, so that two who count do not overwrite each other.
    pub expected_on_hand: Option<i64>,
}

/// From how many units on a variant is nearly sold out.
#[derive(Clone, InputObject)]
pub struct LowStockThresholdInput {
    /// Id of the variant.
    pub variant_id: ID,
    /// Units; null: as the shop's default says.
    pub threshold: Option<i64>,
}

/// Stock that was changed.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct StockPayload {
    /// Levels of the variants that changed, in every warehouse.
    stock: Vec<ManagedStock>,
    /// Why something was not changed.
    user_errors: Vec<StockUserError>,
}

/// Thresholds that were set.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct LowStockThresholdPayload {
    /// Whether they were set.
    done: bool,
    /// Why they were not.
    user_errors: Vec<StockUserError>,
}

impl StockPayload {
    async fn of(ctx: &Context<'_>, outcome: Outcome<StockDone, StockCode>) -> Result<Self> {
        match outcome {
            Ok(StockDone { variants, refused }) => {
                let stock = ManagedStock::load(ctx, variants).await?;
                let user_errors = refused.into_iter().map(|refused| StockUserError::of(refused, false)).collect();
                Ok(Self { stock, user_errors })
            }
            Err(refused) => {
                let outcome: Outcome<StockDone, StockCode> = Err(refused);
                Ok(Self { stock: Vec::new(), user_errors: refusals(ctx, outcome) })
            }
        }
    }
}

/// What a mutation asks for.
struct Asked {
    changes: Vec<StockChange>,
    on_error: OnError,
    kind: MovementKind,
    reason: String,
    actor: Actor,
    action: &'static str,
}

async fn run(ctx: &Context<'_>, asked: Asked) -> Result<StockPayload> {
    let outcome = staff_run(ctx, Keep::Plainly, &asked, |asked, tx, moment| {
        let Asked { changes, on_error, kind, reason, actor, action } = asked;
        stock::change(tx, changes, *on_error, *kind, reason, *actor, action, moment).boxed()
    });
    StockPayload::of(ctx, outcome.await?).await
}

fn place(at: usize, variant: &ID, warehouse: &ID) -> Result<(Uuid, Uuid)> {
    let variant = typed_id(format_args!("inputs[{at}].variantId"), variant, NodeKind::ProductVariant)?;
    Ok((variant, typed_id(format_args!("inputs[{at}].warehouseId"), warehouse, NodeKind::Warehouse)?))
}

/// Mutations about stock.
#[derive(Default)]
pub struct InventoryMutations;

#[Object(crate = "crate::execution")]
impl InventoryMutations {
    /// For staff: units came or went; each change is a row of the ledger.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryWrite]))]
    async fn stock_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 500; of one level, they add up.")] inputs: Vec<StockAdjustInput>,
        #[graphql(desc = "Why.")] kind: StockAdjustmentKind,
        #[graphql(desc = "For the ledger.", default)] reason: String,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<StockPayload> {
        let read = |(at, input): (usize, &StockAdjustInput)| {
            let (variant_id, warehouse_id) = place(at, &input.variant_id, &input.warehouse_id)?;
            Ok(StockChange { variant_id, warehouse_id, amount: StockAmount::Add(input.delta) })
        };
        let changes = inputs.iter().enumerate().map(read).collect::<Result<_>>()?;
        let (actor, _) = staff_of(ctx)?;
        let on_error = on_error.0;
        run(ctx, Asked { changes, on_error, kind: kind.into(), reason, actor, action: "stockAdjust" }).await
    }

    /// For staff: so many units are there, as somebody counted; the ledger gets the differences.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryWrite]))]
    async fn stock_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 500.")] inputs: Vec<StockSetInput>,
        #[graphql(desc = "For the ledger.", default)] reason: String,
        #[graphql(desc = "What becomes of the others where one is refused.", default_with = "all_or_nothing()")]
        on_error: BulkErrorPolicy,
    ) -> Result<StockPayload> {
        let read = |(at, input): (usize, &StockSetInput)| {
            let (variant_id, warehouse_id) = place(at, &input.variant_id, &input.warehouse_id)?;
            let amount = StockAmount::Set { on_hand: input.on_hand, expected: input.expected_on_hand };
            Ok(StockChange { variant_id, warehouse_id, amount })
        };
        let changes = inputs.iter().enumerate().map(read).collect::<Result<_>>()?;
        let (actor, _) = staff_of(ctx)?;
        let (on_error, kind) = (on_error.0, MovementKind::Adjust);
        run(ctx, Asked { changes, on_error, kind, reason, actor, action: "stockSet" }).await
    }

    /// For staff: from how many units on variants are nearly sold out; all of them, or none.
    #[graphql(directive = AccessTo::apply(&[Grant::InventoryWrite]))]
    async fn low_stock_thresholds_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 500.")] inputs: Vec<LowStockThresholdInput>,
    ) -> Result<LowStockThresholdPayload> {
        let read = |(at, input): (usize, &LowStockThresholdInput)| {
            let argument = format_args!("inputs[{at}].variantId");
            let variant_id = typed_id(argument, &input.variant_id, NodeKind::ProductVariant)?;
            Ok(Threshold { variant_id, units: input.threshold })
        };
        let thresholds = inputs.iter().enumerate().map(read).collect::<Result<Vec<_>>>()?;
        let outcome = staff_run(ctx, Keep::Plainly, &thresholds, |thresholds, tx, _| {
            stock::set_thresholds(tx, thresholds).boxed()
        });
        let outcome = outcome.await?;
        Ok(LowStockThresholdPayload { done: outcome.is_ok(), user_errors: refusals(ctx, outcome) })
    }
}

fn all_or_nothing() -> BulkErrorPolicy {
    BulkErrorPolicy(OnError::AllOrNothing)
}

direct!(StockPayload {});
direct!(LowStockThresholdPayload {});
direct!(InventoryMutations {});
governed! {
    Decision::Part => InventoryMutations;
    Decision::Never => StockPayload, LowStockThresholdPayload;
}
