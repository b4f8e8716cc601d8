//! What staff do with the shop beside its catalog and its orders (docs/administration.md): promotions, gift cards, taxes,
//! shipping, channels, warehouses, customers, webhooks. Nothing of it is ever kept.
mod channel;
mod channel_mutations;
mod connection;
mod customer;
mod customer_mutations;
mod errors;
mod gift_card;
mod gift_card_mutations;
mod money_input;
mod object;
mod promotion;
mod promotion_input;
mod promotion_mutations;
mod promotion_parts;
mod shipping_method;
mod shipping_method_input;
mod shipping_method_mutations;
mod tax_rate;
mod tax_rate_mutations;
mod warehouse;
mod warehouse_mutations;
mod webhook_delivery;
mod webhook_endpoint;
mod webhook_mutations;
mod webhook_replay;
mod zone;

pub(crate) use customer::ManagedCustomer;
pub(crate) use gift_card::{GiftCard, MovementsOf};
pub(crate) use promotion::{Promotion, PromotionUsesOf};
pub(crate) use tax_rate::TaxRate;
pub(crate) use webhook_delivery::{AttemptsOf, WebhookDelivery};

use async_graphql::MergedObject;

/// What staff ask. A group of its own: the compiler goes down one step for each member of a merged object.
#[derive(MergedObject, Default)]
pub struct AdministrationQuery(
    promotion::PromotionQuery,
    gift_card::GiftCardQuery,
    tax_rate::TaxRateQuery,
    shipping_method::ShippingMethodQuery,
    channel::ManagedChannelQuery,
    warehouse::WarehouseQuery,
    customer::ManagedCustomerQuery,
    webhook_endpoint::WebhookEndpointQuery,
    webhook_delivery::WebhookDeliveryQuery,
);

/// What staff do.
#[derive(MergedObject, Default)]
pub struct AdministrationMutations(
    promotion_mutations::PromotionMutations,
    gift_card_mutations::GiftCardMutations,
    tax_rate_mutations::TaxRateMutations,
    shipping_method_mutations::ShippingMethodMutations,
    channel_mutations::ChannelMutations,
    warehouse_mutations::WarehouseMutations,
    customer_mutations::ManagedCustomerMutations,
    webhook_mutations::WebhookEndpointMutations,
    webhook_replay::WebhookReplayMutations,
);
