//! Rules of collections on the wire.
use crate::{
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Enum, InputObject, SimpleObject};
use tradewind_domain::collection::{Condition, Rules};

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CollectionConditionField {
    /// One of the tags is the value, in either case.
    Tag,
    /// The vendor is the value, in either case.
    Vendor,
    /// The product type is the value, in either case.
    ProductType,
    /// The title contains the value, in either case.
    TitleContains,
}

/// A condition on a product.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(CollectionCondition::DECISION))]
pub struct CollectionCondition {
    /// What it looks at.
    pub field: CollectionConditionField,
    /// What it looks for.
    pub value: String,
}

/// Rules that the products of a collection follow.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(CollectionRules::DECISION))]
pub struct CollectionRules {
    /// True: every condition must hold; false: one is enough.
    pub all: bool,
    /// The conditions.
    pub conditions: Vec<CollectionCondition>,
}

impl CollectionRules {
    pub(super) fn of(rules: &Rules) -> Self {
        let condition = |condition: &Condition| {
            let (field, value) = match condition {
                Condition::Tag(value) => (CollectionConditionField::Tag, value),
                Condition::Vendor(value) => (CollectionConditionField::Vendor, value),
                Condition::ProductType(value) => (CollectionConditionField::ProductType, value),
                Condition::TitleContains(value) => (CollectionConditionField::TitleContains, value),
            };
            CollectionCondition { field, value: value.clone() }
        };
        Self { all: rules.all, conditions: rules.conditions.iter().map(condition).collect() }
    }
}

/// A condition on a product.
#[derive(Clone, InputObject)]
pub struct CollectionConditionInput {
    /// What it looks at.
    pub field: CollectionConditionField,
    /// What it looks for.
    pub value: String,
}

/// Rules that the products of a collection follow.
#[derive(Clone, InputObject)]
pub struct CollectionRulesInput {
    /// True: every condition must hold; false: one is enough.
    #[graphql(default = true)]
    pub all: bool,
    /// The conditions, 1 to 60.
    pub conditions: Vec<CollectionConditionInput>,
}

impl CollectionRulesInput {
    pub(super) fn read(self) -> Rules {
        let condition = |it: CollectionConditionInput| match it.field {
            CollectionConditionField::Tag => Condition::Tag(it.value),
            CollectionConditionField::Vendor => Condition::Vendor(it.value),
            CollectionConditionField::ProductType => Condition::ProductType(it.value),
            CollectionConditionField::TitleContains => Condition::TitleContains(it.value),
        };
        Rules { all: self.all, conditions: self.conditions.into_iter().map(condition).collect() }
    }
}

direct!(CollectionCondition {});
direct!(CollectionRules {});
governed! {
    Decision::Never => CollectionCondition, CollectionRules;
}
