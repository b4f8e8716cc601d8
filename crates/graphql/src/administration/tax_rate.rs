//! The shop's table of tax rates.
use super::{
    connection::{Asked, Page, Placed, connection},
    money_input::percent,
    zone::{Zone, country},
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::database,
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
    scalars::Decimal,
};
use async_graphql::{Context, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    tax_table::TaxRule,
};
use tradewind_persistence::{
    read::listing::{Position, SortKey},
    write::{tax_rule_by_id, tax_rules_page},
};
use uuid::Uuid;

connection!(TaxRateConnection, TaxRateEdge, TaxRate, "tax rates, newest first");

/// A tax that is due in a part of the world.
#[derive(Clone)]
pub struct TaxRate(Arc<TaxRule>);

impl Placed for TaxRate {
    fn position(&self) -> Position {
        Position { key: SortKey::Number(0), id: self.0.id }
    }
}

impl TaxRate {
    /// The rate, for who may look at settings.
    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if !ctx.request().may(Grant::SettingsRead) {
            return Ok(None);
        }
        let found = tax_rule_by_id((&ctx.request().db).into(), id).await.map_err(database)?;
        Ok(found.map(|rule| Self(Arc::new(rule))))
    }
}

/// A tax that is due in a part of the world.
#[Object(crate = "crate::execution", directive = CacheControl::apply(TaxRate::DECISION))]
impl TaxRate {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::TaxRate, self.0.id))
    }
    /// What an invoice calls it.
    async fn name(&self) -> &str {
        &self.0.rate.name
    }
    /// Rates of one layer replace each other, the narrowest zone first; those of different layers add up: `VAT`, `state`.
    async fn layer(&self) -> &str {
        &self.0.layer
    }
    /// Where it holds.
    async fn zone(&self) -> Zone {
        Zone::of(&self.0.zone)
    }
    /// The tax category of what it holds for; null: all.
    async fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }
    /// In percent of the net amount, such as `"8.875"`; `"0"` for what is exempt.
    async fn rate(&self) -> Decimal {
        percent(self.0.rate.rate)
    }
}

/// Queries for tax rates.
#[derive(Default)]
pub struct TaxRateQuery;

#[Object(crate = "crate::execution")]
impl TaxRateQuery {
    /// For staff: the table of tax rates, the newest first.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsRead]))]
    async fn tax_rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Those of this country only, ISO 3166-1.")] country_code: Option<String>,
    ) -> Result<TaxRateConnection> {
        let only = country_code.map(|code| country("countryCode", &code)).transpose()?;
        let asked = Asked::of(first, after.as_deref(), &("tax rates, newest first", only))?;
        let before = asked.after.as_ref().map(|position| position.id);
        let rows = tax_rules_page((&ctx.request().db).into(), only, before, asked.rows()).await.map_err(database)?;
        let nodes = rows.into_iter().map(|rule| TaxRate(Arc::new(rule))).collect();
        Ok(TaxRateConnection(Page::of(nodes, &asked)))
    }
}

direct!(TaxRate {});
direct!(TaxRateQuery {});
governed! {
    Decision::Never => TaxRate;
    Decision::Part => TaxRateQuery;
}
