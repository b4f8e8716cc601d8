//! What a shopper chooses.
use crate::execution::direct;
use crate::policy::{CacheControl, Decision, Governed as _, governed};
use async_graphql::Object;
use tradewind_domain::option;

/// What a shopper chooses, such as Size.
pub struct ProductOption(pub(crate) option::ProductOption);

/// What a shopper chooses, such as Size.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ProductOption::DECISION))]
impl ProductOption {
    /// `Size`, `Color`.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// In display order.
    async fn values(&self) -> Vec<ProductOptionValue> {
        self.0.values.iter().cloned().map(ProductOptionValue).collect()
    }
}

/// One value of an option.
pub struct ProductOptionValue(option::OptionValue);

/// One value of an option.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ProductOptionValue::DECISION))]
impl ProductOptionValue {
    /// `Red`, `M`.
    async fn name(&self) -> &str {
        &self.0.value
    }
    /// A CSS colour or the address of a picture to draw the value with.
    async fn swatch(&self) -> Option<&str> {
        self.0.swatch.as_deref()
    }
}

direct!(ProductOption { "name" => !name, "values" => values, });
direct!(ProductOptionValue { "name" => !name, "swatch" => !swatch, });
governed! {
    Decision::Part => ProductOption, ProductOptionValue;
}
