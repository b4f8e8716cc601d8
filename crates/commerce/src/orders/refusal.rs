//! Why something does not happen to an order.
use crate::account::Refused;
use serde::{Deserialize, Serialize};
use tradewind_domain::{
    order::{IllegalTransition, OrderErrorCode},
    refusal::Refusal,
    word::Word,
};

/// Why something does not happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OrderCode {
    /// The order's rules.
    Rule(OrderErrorCode),
    /// There is no such order.
    Missing(Missing),
}

/// There is no such order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    /// `ORDER_NOT_FOUND`
    #[serde(rename = "ORDER_NOT_FOUND")]
    Order,
}

impl Word for OrderCode {
    const ALL: &'static [Self] = &[
        Self::Missing(Missing::Order),
        Self::Rule(OrderErrorCode::WrongStatus),
        Self::Rule(OrderErrorCode::LineNotFound),
        Self::Rule(OrderErrorCode::FulfilmentNotFound),
        Self::Rule(OrderErrorCode::ReturnNotFound),
        Self::Rule(OrderErrorCode::AlreadyExists),
        Self::Rule(OrderErrorCode::NoUnits),
        Self::Rule(OrderErrorCode::TooManyUnits),
        Self::Rule(OrderErrorCode::InvalidAmount),
        Self::Rule(OrderErrorCode::NotPaid),
        Self::Rule(OrderErrorCode::HandedOver),
        Self::Rule(OrderErrorCode::MoneyOutstanding),
        Self::Rule(OrderErrorCode::LastUnits),
        Self::Rule(OrderErrorCode::WrongStage),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Rule(code) => code.as_str(),
            Self::Missing(Missing::Order) => "ORDER_NOT_FOUND",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Rule(code) => code.description(),
            Self::Missing(Missing::Order) => "There is no such order.",
        }
    }
}

#[cfg(test)]
#[test]
fn every_rule_of_orders_has_its_code() {
    let rules = OrderCode::ALL.iter().filter(|code| matches!(code, OrderCode::Rule(_))).count();
    assert_eq!(rules, OrderErrorCode::ALL.len());
}

pub(super) type Refusals = Vec<Refused<OrderCode>>;

pub(super) fn not_found() -> Refusals {
    let message = "There is no such order: check its number.".to_owned();
    vec![Refused { code: OrderCode::Missing(Missing::Order), field: None, message, retry_after: None }]
}

pub(super) fn illegal(error: &IllegalTransition) -> Refusals {
    let field = error.field().map(str::to_owned);
    vec![Refused { code: OrderCode::Rule(error.code()), field, message: error.to_string(), retry_after: None }]
}
