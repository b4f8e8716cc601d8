//! The answers as structs that borrow from the rows.
use crate::shop::Shop;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer, ser::SerializeSeq};
use tradewind_domain::{
    global_id::{GlobalId, NodeKind},
    option::ProductOption,
    review::average_milli,
};
use uuid::Uuid;

#[derive(Serialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

#[derive(Serialize)]
pub(super) struct Nodes<T> {
    pub(super) nodes: Vec<T>,
}

#[derive(Serialize)]
pub(super) struct Products<T> {
    pub(super) products: Nodes<T>,
}

#[derive(Clone, Copy)]
pub(super) struct Id(pub(super) NodeKind, pub(super) Uuid);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&GlobalId::encode(self.0, self.1))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Money {
    amount: String,
    currency_code: Currency,
}

struct Currency(tradewind_domain::currency::Currency);

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl Money {
    pub(super) fn new(shop: Shop, minor: i64) -> Self {
        Self { amount: shop.money(minor).amount(), currency_code: Currency(shop.currency) }
    }
}

#[derive(Serialize)]
pub(super) struct MinMax {
    pub(super) min: Money,
    pub(super) max: Money,
}

#[derive(Serialize)]
pub(super) struct Min {
    pub(super) min: Money,
}

#[derive(Serialize)]
pub(super) struct Rating {
    average: Option<f64>,
    count: i64,
}

impl Rating {
    pub(super) fn new(sum: i64, count: i64) -> Self {
        // At most 5,000 thousandths: exact in a double.
        #[allow(clippy::cast_precision_loss)]
        let average = (count > 0).then(|| average_milli(sum, count) as f64 / 1000.0);
        Self { average, count }
    }
}

#[derive(Serialize)]
pub(super) struct Category<'r> {
    pub(super) name: &'r str,
    pub(super) slug: &'r str,
}

#[derive(Serialize)]
pub(super) struct Picture<'r> {
    pub(super) url: &'r str,
    pub(super) alt: &'r str,
}

#[derive(Serialize)]
pub(super) struct PictureUrl<'r> {
    pub(super) url: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Author<'r> {
    pub(super) display_name: &'r str,
}

/// Option names beside the values of one variant.
pub(super) struct SelectedOptions<'r> {
    pub(super) options: &'r [ProductOption],
    pub(super) values: Vec<String>,
}

impl Serialize for SelectedOptions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Pair<'p> {
            name: &'p str,
            value: &'p str,
        }
        let mut list = serializer.serialize_seq(None)?;
        for (option, value) in self.options.iter().zip(&self.values) {
            list.serialize_element(&Pair { name: &option.name, value })?;
        }
        list.end()
    }
}

/// As the server writes it.
pub(super) struct Time(pub(super) DateTime<Utc>);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}

#[derive(Serialize)]
pub(super) struct PageProduct<'r> {
    pub(super) product: Page<'r>,
}

/// Q1.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<'r> {
    pub(super) id: Id,
    pub(super) slug: &'r str,
    pub(super) title: &'r str,
    pub(super) vendor: &'r str,
    pub(super) price_range: MinMax,
    pub(super) rating: Rating,
    pub(super) category: Option<Category<'r>>,
    pub(super) variants: Nodes<PageVariant<'r>>,
    pub(super) media: Vec<Picture<'r>>,
    pub(super) reviews: Nodes<PageReview<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageVariant<'r> {
    pub(super) id: Id,
    pub(super) sku: Option<&'r str>,
    pub(super) title: &'r str,
    pub(super) price: Money,
    pub(super) selected_options: SelectedOptions<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageReview<'r> {
    pub(super) id: Id,
    pub(super) rating: i32,
    pub(super) title: &'r str,
    pub(super) body: &'r str,
    pub(super) created_at: Time,
    pub(super) author: Author<'r>,
}

#[derive(Serialize)]
pub(super) struct ListingCategory<'r> {
    pub(super) category: Listing<'r>,
}

/// Q2.
#[derive(Serialize)]
pub(super) struct Listing<'r> {
    pub(super) id: Id,
    pub(super) name: &'r str,
    pub(super) products: ListingPage<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListingPage<'r> {
    pub(super) nodes: Vec<Card<'r>>,
    pub(super) page_info: PageInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Card<'r> {
    pub(super) id: Id,
    pub(super) slug: &'r str,
    pub(super) title: &'r str,
    pub(super) featured_media: Option<Picture<'r>>,
    pub(super) price_range: Min,
    pub(super) availability: &'static str,
}

/// Q3.
#[derive(Serialize)]
pub(super) struct Detailed<'r> {
    pub(super) id: Id,
    pub(super) slug: &'r str,
    pub(super) title: &'r str,
    pub(super) variants: Nodes<StockedVariant<'r>>,
    pub(super) reviews: Nodes<ShortReview<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StockedVariant<'r> {
    pub(super) id: Id,
    pub(super) sku: Option<&'r str>,
    pub(super) price: Money,
    pub(super) stock_levels: Vec<StockLevel<'r>>,
}

#[derive(Serialize)]
pub(super) struct StockLevel<'r> {
    pub(super) warehouse: Warehouse<'r>,
    pub(super) available: i64,
}

#[derive(Clone, Copy, Serialize)]
pub(super) struct Warehouse<'r> {
    pub(super) id: Id,
    pub(super) name: &'r str,
}

#[derive(Serialize)]
pub(super) struct ShortReview<'r> {
    pub(super) id: Id,
    pub(super) rating: i32,
    pub(super) title: &'r str,
    pub(super) author: Author<'r>,
}

/// Q4.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hit<'r> {
    pub(super) id: Id,
    pub(super) slug: &'r str,
    pub(super) title: &'r str,
    pub(super) featured_media: Option<PictureUrl<'r>>,
    pub(super) price_range: Min,
}

/// The word of the schema for the stored number.
pub(super) fn availability(stored: i16) -> &'static str {
    match stored {
        3 => "IN_STOCK",
        2 => "LOW_STOCK",
        1 => "BACKORDER",
        _ => "OUT_OF_STOCK",
    }
}

/// As long as the server's cursor of a list by price, and as much work: its fingerprint is left out.
pub(super) fn cursor(price: i64, id: Uuid) -> String {
    let mut bytes = [0u8; 34];
    bytes[10..18].copy_from_slice(&price.to_be_bytes());
    bytes[18..].copy_from_slice(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}
