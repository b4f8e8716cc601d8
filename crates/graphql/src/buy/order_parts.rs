//! Parcels, and goods that come back.
use super::order::word;
use crate::{
    context::Request as _,
    error::load,
    execution::direct,
    loaders::{batch, shared},
    policy::{CacheControl, Decision, Governed as _, governed},
    words::word_enums,
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    order,
};
use tradewind_persistence::read::order_parts::{PartRow, fulfilments_by_orders, returns_by_orders};
use uuid::Uuid;

batch!(
    /// Parcels of orders.
    FulfilmentsOf, "fulfilments", Uuid => Arc<Vec<PartRow>>, |list| list.len(),
    |source, keys| Ok(shared(fulfilments_by_orders(&source.db, keys).await?))
);
batch!(
    /// What comes back of orders.
    ReturnsOf, "returns", Uuid => Arc<Vec<PartRow>>, |list| list.len(),
    |source, keys| Ok(shared(returns_by_orders(&source.db, keys).await?))
);

word_enums! {
    /// How far a parcel has come.
    FulfilmentStatus = order::FulfilmentStage;
    /// How far goods that come back have come.
    ReturnStatus = order::ReturnStage;
}

/// Units of a line.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(OrderUnits::DECISION))]
pub struct OrderUnits {
    /// Id of the line.
    line_id: ID,
    /// How many.
    quantity: i32,
}

/// Rows of one part: one for each line.
#[derive(Clone)]
struct Part(Vec<PartRow>);

impl Part {
    /// Rows stand together by part.
    fn each(rows: &[PartRow]) -> impl Iterator<Item = Self> {
        rows.chunk_by(|one, next| one.id == next.id).map(|rows| Self(rows.to_vec()))
    }

    fn row(&self) -> &PartRow {
        &self.0[0]
    }

    fn units(&self) -> Vec<OrderUnits> {
        let units = |row: &PartRow| OrderUnits {
            line_id: ID(GlobalId::encode(NodeKind::OrderLine, row.line_id)),
            quantity: row.quantity,
        };
        self.0.iter().map(units).collect()
    }
}

pub(super) async fn fulfilments(ctx: &Context<'_>, order: Uuid) -> Result<Vec<Fulfilment>> {
    let rows = ctx.request().loaders.fulfilments_of().load(order).await.map_err(load)?.unwrap_or_default();
    Ok(Part::each(&rows).map(Fulfilment).collect())
}

pub(super) async fn returns(ctx: &Context<'_>, order: Uuid) -> Result<Vec<OrderReturn>> {
    let rows = ctx.request().loaders.returns_of().load(order).await.map_err(load)?.unwrap_or_default();
    Ok(Part::each(&rows).map(OrderReturn).collect())
}

/// A parcel.
pub struct Fulfilment(Part);

/// A parcel.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Fulfilment::DECISION))]
impl Fulfilment {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Fulfilment, self.0.row().id))
    }
    /// How far it has come.
    async fn status(&self) -> Result<FulfilmentStatus> {
        word(&self.0.row().stage).map(FulfilmentStatus)
    }
    /// Who brings it; may be empty.
    async fn carrier(&self) -> &str {
        &self.0.row().text
    }
    /// What the carrier calls it; may be empty.
    async fn tracking_number(&self) -> &str {
        &self.0.row().tracking_number
    }
    /// Where it can be followed; may be empty.
    async fn tracking_url(&self) -> &str {
        &self.0.row().tracking_url
    }
    /// When it left.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.row().created_at
    }
    /// What is in it.
    async fn lines(&self) -> Vec<OrderUnits> {
        self.0.units()
    }
}

/// Goods that come back.
pub struct OrderReturn(Part);

/// Goods that come back.
#[Object(crate = "crate::execution", name = "Return", directive = CacheControl::apply(OrderReturn::DECISION))]
impl OrderReturn {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Return, self.0.row().id))
    }
    /// How far it has come.
    async fn status(&self) -> Result<ReturnStatus> {
        word(&self.0.row().stage).map(ReturnStatus)
    }
    /// In the customer's words; may be empty.
    async fn reason(&self) -> &str {
        &self.0.row().text
    }
    /// When the customer asked for it.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.row().created_at
    }
    /// What comes back.
    async fn lines(&self) -> Vec<OrderUnits> {
        self.0.units()
    }
}

direct!(OrderUnits { "lineId": line_id, "quantity": quantity, });
direct!(Fulfilment { "lines" => !lines, });
direct!(OrderReturn { "lines" => !lines, });
governed! {
    Decision::Part => OrderUnits;
    Decision::Never => Fulfilment, OrderReturn;
}
