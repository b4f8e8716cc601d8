//! Carts.
use super::{
    bill::{Attribute, Bill, currency},
    checkout_mutations::viewer_customer,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{bad_input, database, load},
    execution::direct,
    money::Money,
    node::typed_id,
    policy::{CacheControl, Decision, Governed as _, governed},
    product::Product,
    variant::ProductVariant,
    words::word_enums,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_commerce::{
    account::Token,
    cart::CartRef,
    checkout::{Destination, QuoteLine},
    pricing::Priced,
};
use tradewind_domain::{
    address::Address,
    cart::{self, CartLine as Line},
    country::Country,
    currency::Currency,
    global_id::{GlobalId, NodeKind},
    refusal::Refusal as _,
};
use tradewind_persistence::{
    DbError,
    write::{Conn, StoredCart, cart_by_id},
};
use uuid::Uuid;

word_enums! {
    /// What a shopper should know about a cart.
    CartWarningCode = cart::CartWarningCode;
}

/// Which cart: a customer's own by its id, a guest's with the token that `cartCreate` gave.
#[derive(Clone, InputObject)]
pub struct CartAccessInput {
    /// Id of the cart.
    pub id: ID,
    /// Of a guest's cart.
    pub token: Option<String>,
}

/// Where a cart may go, for taxes and shipping.
#[derive(Clone, InputObject)]
pub struct CartDestinationInput {
    /// ISO 3166-1, two letters.
    pub country: String,
    /// State, province.
    #[graphql(default)]
    pub region: String,
    /// As the country writes it.
    #[graphql(default)]
    pub postal_code: String,
    /// How the goods go: one of `shippingOptions`.
    pub shipping_method_id: Option<ID>,
}

/// Who asks for which cart.
pub(crate) fn cart_ref(ctx: &Context<'_>, input: CartAccessInput) -> Result<CartRef> {
    Ok(CartRef {
        id: typed_id("cart.id", &input.id, NodeKind::Cart)?,
        token: input.token.map(Token::sent),
        customer_id: viewer_customer(ctx),
    })
}

fn destination(input: CartDestinationInput) -> Result<Destination> {
    let country =
        Country::parse(&input.country).map_err(|cause| bad_input(format!("`destination.country`: {cause}")))?;
    let method = |id: ID| typed_id("destination.shippingMethodId", &id, NodeKind::ShippingMethod);
    let address = Address {
        first_name: String::new(),
        last_name: String::new(),
        company: String::new(),
        line1: String::new(),
        line2: String::new(),
        city: String::new(),
        region: input.region,
        postal_code: input.postal_code,
        country,
        phone: None,
    };
    Ok(Destination {
        address: Some(address),
        shipping_method_id: input.shipping_method_id.map(method).transpose()?,
        ..Destination::default()
    })
}

/// A cart, with what it costs at this moment.
#[derive(Clone)]
pub struct Cart {
    stored: Arc<StoredCart>,
    priced: Arc<Priced>,
    currency: Currency,
}

impl Cart {
    /// A cart that a flow has just written for this client.
    pub(crate) async fn written(ctx: &Context<'_>, id: Uuid) -> Result<Self> {
        let gone = || database(DbError::Setup("a cart that was just written is gone".to_owned()));
        let stored = cart_by_id(Conn::from(&ctx.request().db), id).await.map_err(database)?.ok_or_else(gone)?;
        Self::priced(ctx, stored, &Destination::default()).await
    }

    async fn priced(ctx: &Context<'_>, stored: StoredCart, destination: &Destination) -> Result<Self> {
        let request = ctx.request();
        let destination = Destination { customer_id: viewer_customer(ctx), ..destination.clone() };
        let prices = &request.commerce().prices;
        let priced = prices.price(Conn::from(&request.db), &stored, &destination, request.scope.now).await;
        let priced = priced.map_err(database)?;
        Ok(Self { currency: currency(&priced.quote.currency)?, stored: Arc::new(stored), priced: Arc::new(priced) })
    }
}

/// A cart, with what it costs at this moment.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Cart::DECISION))]
impl Cart {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Cart, self.stored.id))
    }
    /// Goes up with each change, for `expectedVersion`.
    async fn version(&self) -> i64 {
        self.stored.version
    }
    /// What is in it, in the order of putting it in.
    async fn lines(&self) -> Vec<CartLine> {
        let line = |(place, line): (usize, &Line)| CartLine {
            quoted: self
                .priced
                .line_ids
                .iter()
                .position(|id| *id == line.id)
                .map(|at| self.priced.quote.lines[at].clone()),
            line: line.clone(),
            place,
            currency: self.currency,
        };
        self.stored.cart.lines.iter().enumerate().map(line).collect()
    }
    /// Units of all lines.
    async fn total_quantity(&self) -> i64 {
        self.stored.cart.lines.iter().map(|line| i64::from(line.quantity)).sum()
    }
    /// What it costs: with shipping where it is known where it goes and how.
    async fn bill(&self) -> Result<Bill> {
        Bill::of(self.priced.quote.clone())
    }
    /// How the goods can go; empty until it is known where.
    async fn shipping_options(&self) -> Vec<ShippingOption> {
        let option = |option: &tradewind_commerce::pricing::ShippingOption| ShippingOption {
            id: ID(GlobalId::encode(NodeKind::ShippingMethod, option.id)),
            name: option.name.clone(),
            price: Money::new(option.price, self.currency),
            days_min: option.days_min.map(i32::from),
            days_max: option.days_max.map(i32::from),
        };
        self.priced.shipping_options.iter().map(option).collect()
    }
    /// What a shopper should know: prices that changed, goods that run out, coupons that take nothing off.
    async fn warnings(&self) -> Vec<CartWarning> {
        self.priced.warnings.iter().map(CartWarning::of).collect()
    }
    /// A word of the shopper to the shop.
    async fn note(&self) -> &str {
        &self.stored.cart.note
    }
    /// What the storefront noted.
    async fn attributes(&self) -> Vec<Attribute> {
        Attribute::of(&self.stored.cart.attributes)
    }
    /// Coupon codes that were entered.
    async fn codes(&self) -> &[String] {
        &self.stored.cart.codes
    }
    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.stored.updated_at
    }
    /// From then on it is gone.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.stored.expires_at
    }
}

/// Some units of one variant in a cart.
pub struct CartLine {
    line: Line,
    quoted: Option<QuoteLine>,
    place: usize,
    currency: Currency,
}

impl CartLine {
    fn money(&self, of: impl Fn(&QuoteLine) -> i64) -> Option<Money> {
        self.quoted.as_ref().map(|quoted| Money::new(of(quoted), self.currency))
    }
}

/// Some units of one variant in a cart. Amounts are null where the variant is not sold any more.
#[Object(crate = "crate::execution", directive = CacheControl::apply(CartLine::DECISION))]
impl CartLine {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::CartLine, self.line.id))
    }
    /// Its place in the cart, from 1.
    async fn position(&self) -> i32 {
        i32::try_from(self.place + 1).unwrap_or(i32::MAX)
    }
    /// Units.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.line.quantity).unwrap_or(i32::MAX)
    }
    /// What the storefront noted.
    async fn attributes(&self) -> Vec<Attribute> {
        Attribute::of(&self.line.attributes)
    }
    /// Of one unit.
    async fn unit_price(&self) -> Option<Money> {
        self.money(|quoted| quoted.unit_price)
    }
    /// Of all units, before discounts.
    async fn subtotal(&self) -> Option<Money> {
        self.money(|quoted| quoted.subtotal)
    }
    /// What promotions take off.
    async fn discount(&self) -> Option<Money> {
        self.money(|quoted| quoted.discount)
    }
    /// With tax, after discounts: what it adds to the total.
    async fn total(&self) -> Option<Money> {
        self.money(|quoted| quoted.total)
    }
    /// The variant; null where the channel does not show it any more.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<ProductVariant>> {
        let row = ctx.request().loaders.variant_by_id().load(self.line.variant_id).await.map_err(load)?;
        Ok(row.map(ProductVariant::single))
    }
    /// The product; null where the channel does not show it any more.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        let Some(quoted) = &self.quoted else { return Ok(None) };
        let row = ctx.request().loaders.product_by_id().load(quoted.product_id).await.map_err(load)?;
        Ok(row.map(Product))
    }
}

/// A way to send a cart.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(ShippingOption::DECISION))]
pub struct ShippingOption {
    /// Opaque id, for `shippingMethodId`.
    id: ID,
    /// What shoppers read.
    name: String,
    /// Before discounts.
    price: Money,
    /// Days that it takes at least.
    days_min: Option<i32>,
    /// Days that it takes at most.
    days_max: Option<i32>,
}

/// What a shopper should know about a cart.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(CartWarning::DECISION))]
pub struct CartWarning {
    /// For programs.
    code: CartWarningCode,
    /// For people.
    message: String,
    /// The line that it is about.
    line_id: Option<ID>,
    /// Whether no checkout can start before the shopper changes something.
    blocks_checkout: bool,
}

impl CartWarning {
    pub(crate) fn of(warning: &cart::CartWarning) -> Self {
        Self {
            code: CartWarningCode(warning.code()),
            message: warning.to_string(),
            line_id: warning.line_id().map(|id| ID(GlobalId::encode(NodeKind::CartLine, id))),
            blocks_checkout: warning.blocks_checkout(),
        }
    }
}

/// Queries for carts.
#[derive(Default)]
pub struct CartQuery;

#[Object(crate = "crate::execution")]
impl CartQuery {
    /// A cart; null where there is none, or it is somebody else's.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] cart: CartAccessInput,
        #[graphql(desc = "Where it may go: for taxes, and for ways to send it.")] destination: Option<
            CartDestinationInput,
        >,
    ) -> Result<Option<Cart>> {
        let reference = cart_ref(ctx, cart)?;
        let destination = destination.map(self::destination).transpose()?.unwrap_or_default();
        let request = ctx.request();
        let carts = &request.commerce().carts;
        let theirs = carts.cart_by_ref(Conn::from(&request.db), &reference, request.scope.now).await;
        match theirs.map_err(database)? {
            Some(stored) => Cart::priced(ctx, stored, &destination).await.map(Some),
            None => Ok(None),
        }
    }
}

direct!(Cart {});
direct!(CartLine {
    "id" => !id,
    "quantity" => !quantity,
    "unitPrice" => !unit_price,
    "total" => !total,
    "variant" => variant,
    "product" => product,
});
direct!(ShippingOption {});
direct!(CartWarning {});
direct!(CartQuery {});
governed! {
    Decision::Never => Cart, CartLine, CartWarning;
    Decision::Part => CartQuery, ShippingOption;
}
