//! A shop with prices of 10.00, 20.00, … in two channels.
use chrono::{DateTime, SubsecRound, Utc};
use std::collections::BTreeMap;
use tradewind_commerce::{
    checkout::{Buyer, CardAmount, Destination, PromotionUse, Quote},
    pricing::{Priced, Prices, new_gift_card, use_up},
};
use tradewind_domain::{
    address::{Address, AddressInput},
    cart::{Cart, CartLine, CartWarning},
    category::Category,
    channel::Channel,
    country::Country,
    currency::Currency,
    customer::Customer,
    gift_card::GiftCardCode,
    money::Money,
    product::{Product, ProductStatus, Publication},
    promotion::{Action, CombinesWith, Conditions, Promotion, Target, Trigger, UsageLimits},
    rate::Rate,
    refusal::Refusal,
    shipping::{ShippingMethod, ShippingPrice, ShippingZone},
    stock::StockPolicy,
    tax::{TaxMode, TaxRate},
    tax_table::TaxRule,
    variant::{Price, StockOnHand, Variant},
    warehouse::Warehouse,
    word::Word,
    zone::Zone,
};
use tradewind_persistence::{
    Db, DbConfig, DbError,
    write::{self, Done, End, Shop, StoredCart, StoredPromotion, WriteTx, transact},
};
use tradewind_testkit::{Backend, TestDb};
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) test_db: TestDb,
}

/// Ids by kind and number, so that tests can name what they mean.
pub(crate) fn id(kind: u8, number: u32) -> Uuid {
    Uuid::from_u128(u128::from(kind) << 120 | 7 << 76 | u128::from(number))
}
/// Euros with tax, and dollars without.
pub(crate) const EU: u32 = 0;
pub(crate) const US: u32 = 1;
pub(crate) fn channel_id(number: u32) -> Uuid {
    id(1, number)
}
pub(crate) fn category_id(number: u32) -> Uuid {
    id(3, number)
}
pub(crate) fn product_id(number: u32) -> Uuid {
    id(5, number)
}
pub(crate) fn variant_id(product: u32, number: u32) -> Uuid {
    id(6, product * 1000 + number)
}
pub(crate) fn customer_id(number: u32) -> Uuid {
    id(8, number)
}
pub(crate) fn promotion_id(number: u32) -> Uuid {
    id(12, number)
}
pub(crate) fn method_id(number: u32) -> Uuid {
    id(13, number)
}
pub(crate) fn card_id(number: u32) -> Uuid {
    id(14, number)
}
pub(crate) fn order_id(number: u32) -> Uuid {
    id(15, number)
}
pub(crate) fn line_id(number: usize) -> Uuid {
    id(16, u32::try_from(number).unwrap())
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00.123456Z".parse().unwrap()
}

pub(crate) async fn each() -> Vec<World> {
    let mut worlds = Vec::new();
    for test_db in TestDb::each().await {
        worlds.push(World::new(test_db).await);
    }
    worlds
}

impl World {
    async fn new(test_db: TestDb) -> Self {
        let db = Db::connect(&DbConfig::new(test_db.url())).await.unwrap();
        let tx = db.begin_write().await.unwrap();
        let warehouse = Warehouse { id: id(2, 0), code: "w".into(), name: "Warehouse".into() };
        write::save_warehouses(&tx, &[warehouse], now()).await.unwrap();
        write::save_channels(&tx, &[channel(EU, Currency::EUR), channel(US, Currency::USD)], now()).await.unwrap();
        write::save_categories(&tx, &[category(0, None), category(1, Some(0))], now()).await.unwrap();
        let customers: Vec<Customer> = (0..3).map(customer).collect();
        write::save_customers(&tx, &customers).await.unwrap();
        let products: Vec<Product> = (0..10).map(product).collect();
        write::save_products(&tx, &Shop::load(&tx).await.unwrap(), &products).await.unwrap();
        tx.commit().await.unwrap();
        Self { db, test_db }
    }

    pub(crate) fn on(&self) -> Backend {
        self.test_db.backend()
    }

    /// In a transaction of its own.
    pub(crate) async fn write<T>(&self, act: impl AsyncFnOnce(&WriteTx) -> Result<T, DbError>) -> T {
        let tx = self.db.begin_write().await.unwrap();
        let done = act(&tx).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    pub(crate) async fn promote(&self, promotions: &[StoredPromotion]) {
        self.write(async |tx| write::save_promotions(tx, promotions, now()).await).await;
    }

    pub(crate) async fn tax(&self, rules: &[TaxRule]) {
        self.write(async |tx| write::save_tax_rules(tx, rules, now()).await).await;
    }

    pub(crate) async fn send_by(&self, methods: &[ShippingMethod]) {
        let methods: Vec<_> = methods.iter().cloned().map(|method| (method, true)).collect();
        self.write(async |tx| write::save_shipping_methods(tx, &methods, now()).await).await;
    }

    pub(crate) async fn issue(&self, number: u32, issued: Money) {
        let card = new_gift_card(card_id(number), &code(number), issued, None);
        self.write(async |tx| write::insert_gift_cards(tx, &[card], now()).await).await;
    }

    pub(crate) async fn price(&self, cart: &StoredCart, destination: &Destination) -> Priced {
        Prices::of_tables().price((&self.db).into(), cart, destination, now()).await.unwrap()
    }

    pub(crate) async fn balance(&self, number: u32) -> i64 {
        write::gift_cards_by_ids((&self.db).into(), &[card_id(number)]).await.unwrap()[0].card.balance
    }
}

/// Uses a quote up as an order does, in a transaction of its own; false: it was refused, and undone.
pub(crate) async fn order(db: &Db, quote: &Quote, number: u32, customer: Option<u32>, email: &str) -> Done<bool> {
    let buyer = Buyer { order_id: order_id(number), customer_id: customer.map(customer_id), email: email.to_owned() };
    let body = |tx: WriteTx| async {
        Ok(if use_up(&tx, quote, &buyer, now()).await? { End::Commit(tx, true) } else { End::RollBack(tx, false) })
    };
    transact(db, body).await.unwrap()
}

fn channel(number: u32, currency: Currency) -> Channel {
    Channel {
        id: channel_id(number),
        code: format!("channel-{number}"),
        name: format!("Channel {number}"),
        currency,
        default_locale: "en".into(),
        tax_inclusive: number == EU,
        is_default: number == EU,
        warehouse_ids: vec![id(2, 0)],
    }
}

fn category(number: u32, parent: Option<u32>) -> Category {
    Category {
        id: category_id(number),
        parent_id: parent.map(category_id),
        slug: format!("category-{number}"),
        name: format!("Category {number}"),
        position: 0,
    }
}

fn customer(number: u32) -> Customer {
    Customer {
        id: customer_id(number),
        email: format!("customer-{number}@example.com"),
        display_name: format!("Customer {number}"),
        created_at: now(),
    }
}

/// Product 0 is in a category, the others are not.
fn product(number: u32) -> Product {
    let at = now().trunc_subsecs(6);
    let mut product = Product::draft(product_id(number), format!("product-{number}"), format!("Product {number}"), at);
    product.status = ProductStatus::Active;
    product.category_id = (number == 0).then(|| category_id(1));
    let publication = |number| Publication { channel_id: channel_id(number), published_at: at };
    product.publications = vec![publication(EU), publication(US)];
    product.variants = (1..7).map(|variant| variant_of(number, variant)).collect();
    product
}

/// The first costs 10.00, the second 20.00, …; 500 g, and 100 of each are there.
fn variant_of(product: u32, number: u32) -> Variant {
    let price = |channel| Price { channel_id: channel_id(channel), amount: i64::from(number) * 1000, compare_at: None };
    Variant {
        id: variant_id(product, number),
        sku: Some(format!("SKU-{product}-{number}")),
        barcode: None,
        option_values: vec![],
        weight_grams: Some(500),
        position: i32::try_from(number).unwrap(),
        policy: StockPolicy::Deny,
        tracked: true,
        media_id: None,
        prices: vec![price(EU), price(US)],
        stock: vec![StockOnHand { warehouse_id: id(2, 0), on_hand: 100 }],
        attributes: vec![],
    }
}

/// Of these products, variants and units; in euros.
pub(crate) fn cart(lines: &[(u32, u32, u32)]) -> StoredCart {
    let line = |(number, (product, variant, quantity)): (usize, &(u32, u32, u32))| CartLine {
        id: line_id(number),
        variant_id: variant_id(*product, *variant),
        quantity: *quantity,
        attributes: BTreeMap::new(),
        seen_price: i64::from(*variant) * 1000,
    };
    StoredCart {
        id: id(11, 0),
        channel_id: channel_id(EU),
        customer_id: None,
        token_hash: String::new(),
        version: 1,
        cart: Cart { lines: lines.iter().enumerate().map(line).collect(), ..Cart::default() },
        gift_card_ids: vec![],
        bought_at: None,
        created_at: now(),
        updated_at: now(),
        expires_at: now(),
    }
}

pub(crate) fn with_codes(mut cart: StoredCart, codes: &[&str]) -> StoredCart {
    cart.cart.codes = codes.iter().map(|code| (*code).to_owned()).collect();
    cart
}

pub(crate) fn in_dollars(cart: StoredCart) -> StoredCart {
    StoredCart { channel_id: channel_id(US), ..cart }
}

pub(crate) fn to(country: &str, region: &str, postal_code: &str) -> Destination {
    let input = AddressInput {
        first_name: "Jo".into(),
        last_name: "Doe".into(),
        line1: "Street 1".into(),
        city: "Town".into(),
        region: region.into(),
        postal_code: postal_code.into(),
        country: country.into(),
        ..AddressInput::default()
    };
    Destination { address: Some(Address::check(&input).unwrap()), ..Destination::default() }
}

pub(crate) fn to_berlin() -> Destination {
    to("DE", "", "10115")
}

pub(crate) fn by(number: u32, destination: Destination) -> Destination {
    Destination { shipping_method_id: Some(method_id(number)), ..destination }
}

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(crate) fn percent(text: &str) -> Rate {
    Rate::parse(text).unwrap()
}

/// 10 % off the order by the code `TEN`, beside any other.
pub(crate) fn ten(number: u32, limits: UsageLimits) -> StoredPromotion {
    let promotion = Promotion {
        id: promotion_id(number),
        name: "Ten".into(),
        trigger: Trigger::Code,
        action: Action::PercentageOff { rate: percent("10"), target: Target::Order },
        conditions: Conditions::default(),
        priority: 0,
        combines_with: CombinesWith::ALL,
        limits,
    };
    StoredPromotion { promotion, codes: vec!["TEN".into()], enabled: true }
}

pub(crate) fn rule(number: u32, layer: &str, zone: Zone, category: Option<&str>, rate: &str) -> TaxRule {
    let rate = TaxRate { name: format!("{layer} {rate}"), rate: percent(rate) };
    TaxRule { id: id(17, number), layer: layer.into(), zone, category: category.map(str::to_owned), rate }
}

pub(crate) fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

/// 4.90 euros, everywhere.
pub(crate) fn method(number: u32) -> ShippingMethod {
    ShippingMethod {
        id: method_id(number),
        name: format!("Method {number}"),
        channel_ids: vec![],
        currency: Currency::EUR,
        tax_category: "standard".into(),
        zones: vec![ShippingZone {
            zones: vec![Zone::Everywhere],
            price: ShippingPrice::Flat(490),
            free_from: None,
            days_min: Some(2),
            days_max: Some(4),
        }],
        heaviest_grams: None,
        position: 0,
    }
}

pub(crate) fn code(number: u32) -> GiftCardCode {
    GiftCardCode::parse(&format!("0123456789AB{number:04}")).unwrap()
}

pub(crate) fn codes_of(warnings: &[CartWarning]) -> Vec<&'static str> {
    warnings.iter().map(|it| it.code().as_str()).collect()
}

/// What is used up, without what it costs.
pub(crate) fn uses(promotions: &[u32], cards: &[(u32, i64)]) -> Quote {
    let promotion =
        |number: &u32| PromotionUse { promotion_id: promotion_id(*number), name: String::new(), code: None, amount: 1 };
    let card = |(number, amount): &(u32, i64)| CardAmount { gift_card_id: card_id(*number), amount: *amount };
    Quote {
        currency: "EUR".into(),
        tax_mode: TaxMode::Inclusive,
        lines: vec![],
        subtotal: 0,
        discount: 0,
        shipping: 0,
        shipping_discount: 0,
        tax: 0,
        total: 0,
        gift_cards: cards.iter().map(card).collect(),
        due: 0,
        taxes: vec![],
        promotions: promotions.iter().map(promotion).collect(),
        needs_shipping: false,
        shipping_method: None,
        note: String::new(),
        attributes: BTreeMap::new(),
        degraded: vec![],
    }
}
