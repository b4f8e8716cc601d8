//! Which products a list shows, and in which order, as a client says it.
use crate::{
    context::Request as _,
    error::{bad_input, load},
    node::typed_id,
    scalars::Decimal,
};
use async_graphql::{Context, Enum, ID, InputObject, Result};
use tradewind_domain::{
    currency::Currency,
    global_id::{GlobalId, NodeKind},
    listing,
    money::Money,
};
use uuid::Uuid;

/// More values of one filter than this are no choice of a person.
const MOST_VALUES: usize = 50;
/// A longer text is no search of a person.
const LONGEST_SEARCH: usize = 200;

/// The order of a product list. Equal products keep a fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ProductSort {
    /// Best match first; without a search the same as BEST_SELLING.
    Relevance,
    /// Lowest price first.
    PriceAsc,
    /// Highest price first.
    PriceDesc,
    /// Latest published first.
    Newest,
    /// By title, accents and case ignored.
    Title,
    /// Best average rating first.
    Rating,
    /// Most sold first.
    BestSelling,
}

impl From<ProductSort> for listing::ProductSort {
    fn from(sort: ProductSort) -> Self {
        match sort {
            ProductSort::Relevance => Self::Relevance,
            ProductSort::PriceAsc => Self::PriceAsc,
            ProductSort::PriceDesc => Self::PriceDesc,
            ProductSort::Newest => Self::Newest,
            ProductSort::Title => Self::Title,
            ProductSort::Rating => Self::Rating,
            ProductSort::BestSelling => Self::BestSelling,
        }
    }
}

/// Bounds of a product's lowest price, in the channel's currency, both included.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PriceRangeFilter {
    /// At least this.
    pub min: Option<Decimal>,
    /// At most this.
    pub max: Option<Decimal>,
}

/// Bounds of a product's average rating.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RatingFilter {
    /// At least this many stars, 0 to 5.
    pub min: Option<f64>,
}

/// Values of one option, as alternatives.
#[derive(Clone, Debug, InputObject)]
pub struct OptionFilter {
    /// Name of the option, such as `Color`, in either case.
    pub name: String,
    /// Values, such as `Red` and `Blue`; one of them must be offered.
    pub values: Vec<String>,
}

/// Which products a list shows. Values of one field are alternatives; fields add up.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProductFilter {
    /// Slugs or ids of categories; products of the categories below count.
    pub category: Option<Vec<String>>,
    /// Slugs or ids of collections.
    pub collection: Option<Vec<String>>,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// Vendors.
    pub vendor: Option<Vec<String>>,
    /// Kinds of product.
    pub product_type: Option<Vec<String>>,
    /// Bounds of the lowest price.
    pub price: Option<PriceRangeFilter>,
    /// True: can be ordered now. False: cannot.
    pub in_stock: Option<bool>,
    /// Bounds of the average rating.
    pub rating: Option<RatingFilter>,
    /// Option values; each entry must be fulfilled.
    pub options: Option<Vec<OptionFilter>>,
    /// Words that products must contain; the same as the argument `search`.
    pub search: Option<String>,
}

/// Checks a filter and finds the categories and collections that it names; one that does not exist matches nothing.
pub(crate) async fn resolve(ctx: &Context<'_>, filter: ProductFilter) -> Result<listing::ProductFilter> {
    let currency = ctx.request().currency();
    let price = filter.price.unwrap_or_default();
    let bounds = (bound("min", price.min, currency)?, bound("max", price.max, currency)?);
    if let (Some(min), Some(max)) = bounds
        && min > max
    {
        return Err(bad_input("`filter.price.min` is greater than `filter.price.max`: swap them"));
    }
    Ok(listing::ProductFilter {
        category_ids: scopes(ctx, "filter.category", filter.category, NodeKind::Category).await?,
        collection_ids: scopes(ctx, "filter.collection", filter.collection, NodeKind::Collection).await?,
        tags: values("filter.tags", filter.tags)?,
        vendors: values("filter.vendor", filter.vendor)?,
        product_types: values("filter.productType", filter.product_type)?,
        price_min: bounds.0,
        price_max: bounds.1,
        in_stock: filter.in_stock,
        rating_min_milli: filter.rating.and_then(|rating| rating.min).map(milli).transpose()?,
        options: options(filter.options)?,
    })
}

/// The text of `search` or `filter.search`, checked.
pub(crate) fn search_text(argument: Option<String>, filter: Option<String>) -> Result<Option<String>> {
    let text = match (argument, filter) {
        (Some(argument), Some(filter)) if argument != filter => {
            return Err(bad_input("`search` and `filter.search` differ: give one of them"));
        }
        (argument, filter) => argument.or(filter),
    };
    match text {
        Some(text) if text.chars().count() > LONGEST_SEARCH => {
            Err(bad_input(format!("`search` has more than {LONGEST_SEARCH} characters: use the words that matter")))
        }
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}

fn bound(side: &str, amount: Option<Decimal>, currency: Currency) -> Result<Option<i64>> {
    let read = |Decimal(text): Decimal| {
        Money::parse(&text, currency)
            .map(|money| money.minor)
            .map_err(|cause| bad_input(format!("`filter.price.{side}`: {cause}")))
    };
    amount.map(read).transpose()
}

// A rating has at most 5,000 thousandths after the check, so the cast cannot cut anything off.
#[allow(clippy::cast_possible_truncation)]
fn milli(stars: f64) -> Result<i64> {
    match (0.0..=5.0).contains(&stars) {
        true => Ok((stars * 1000.0).round() as i64),
        false => Err(bad_input(format!("`filter.rating.min` is {stars}, but a rating has 0 to 5 stars"))),
    }
}

fn values(field: &str, given: Option<Vec<String>>) -> Result<Vec<String>> {
    let mut given = given.unwrap_or_default();
    if given.len() > MOST_VALUES {
        return Err(bad_input(format!("`{field}` has {} values, but at most {MOST_VALUES} are allowed", given.len())));
    }
    given.sort_unstable();
    given.dedup();
    Ok(given)
}

fn options(given: Option<Vec<OptionFilter>>) -> Result<Vec<listing::OptionFilter>> {
    let given = given.unwrap_or_default();
    if given.len() > MOST_VALUES {
        return Err(bad_input(format!(
            "`filter.options` has {} entries, but at most {MOST_VALUES} are allowed",
            given.len()
        )));
    }
    let read = |(index, option): (usize, OptionFilter)| {
        let place = format!("filter.options[{index}].values");
        Ok(listing::OptionFilter { name: option.name, values: values(&place, Some(option.values))? })
    };
    given.into_iter().enumerate().map(read).collect()
}

/// A filter that names only what does not exist must match nothing, so the list never becomes empty.
async fn scopes(ctx: &Context<'_>, field: &str, given: Option<Vec<String>>, kind: NodeKind) -> Result<Vec<Uuid>> {
    let given = values(field, given)?;
    let found = given.iter().map(|text| scope(ctx, field, text, kind));
    futures_util::future::try_join_all(found).await
}

async fn scope(ctx: &Context<'_>, field: &str, text: &str, kind: NodeKind) -> Result<Uuid> {
    if GlobalId::decode(text).is_ok() {
        return typed_id(field, &ID(text.to_owned()), kind);
    }
    let loaders = &ctx.request().loaders;
    let id = match kind {
        NodeKind::Category => loaders.category_by_slug().load(text.to_owned()).await.map_err(load)?.map(|row| row.id),
        _ => loaders.collection_by_slug().load(text.to_owned()).await.map_err(load)?.map(|row| row.id),
    };
    Ok(id.unwrap_or_default())
}
