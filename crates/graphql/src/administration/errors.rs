//! `userErrors` of the administration.
use crate::mutation::user_errors;
use tradewind_commerce::administration::{
    channels, customers, gift_cards, promotions, shipping_methods, tax_rates, warehouses, webhooks,
};

user_errors! {
    /// Why a promotion is not changed.
    PromotionUserError { PromotionErrorCode = promotions::Code }
    /// Why a gift card is not issued or changed.
    GiftCardUserError { GiftCardErrorCode = gift_cards::Code }
    /// Why a tax rate is not changed.
    TaxRateUserError { TaxRateErrorCode = tax_rates::Code }
    /// Why a shipping method is not changed.
    ShippingMethodUserError { ShippingMethodErrorCode = shipping_methods::Code }
    /// Why a channel is not changed.
    ChannelUserError { ChannelErrorCode = channels::Code }
    /// Why a warehouse is not changed.
    WarehouseUserError { WarehouseErrorCode = warehouses::Code }
    /// Why nothing is done about a customer.
    ManagedCustomerUserError { ManagedCustomerErrorCode = customers::Code }
    /// Why nothing is done about webhooks.
    WebhookUserError { WebhookErrorCode = webhooks::Code }
}
