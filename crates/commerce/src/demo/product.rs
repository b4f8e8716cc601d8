//! The demo's products.
use super::{
    DemoError, Market,
    data::{Data, ProductData, StatusData},
    ids::id,
    variant::{options, variants},
};
use crate::seed::{Kind, end_of_history};
use chrono::TimeDelta;
use tradewind_domain::{
    category::Category,
    media::Media,
    product::{Product, ProductStatus, Publication},
    slug::slugify,
};

/// No product of the demo has more pictures.
const ROOM: usize = 8;

/// The product at an index of the data.
pub(super) fn product(
    data: &Data,
    index: usize,
    own: &ProductData,
    market: &Market,
    categories: &[Category],
) -> Result<Product, DemoError> {
    let slug = own.slug.clone().unwrap_or_else(|| slugify(&own.title));
    let category = categories.iter().find(|category| category.slug == own.category);
    let category = category.ok_or_else(|| DemoError::Category(slug.clone(), own.category.clone()))?;
    let published_at = end_of_history() - TimeDelta::days(own.days);
    let media = media(own, index, &slug);
    Ok(Product {
        id: id(Kind::Product, index),
        title: own.title.clone(),
        description_html: own.html.clone(),
        vendor: own.vendor.clone(),
        product_type: own.product_type.clone(),
        status: match own.status {
            StatusData::Active => ProductStatus::Active,
            StatusData::Draft => ProductStatus::Draft,
            StatusData::Archived => ProductStatus::Archived,
        },
        tags: own.tags.clone(),
        category_id: Some(category.id),
        seo_title: own.seo.as_ref().map(|(title, _)| title.clone()),
        seo_description: own.seo.as_ref().map(|(_, description)| description.clone()),
        units_sold: own.sold,
        created_at: published_at - TimeDelta::days(7),
        updated_at: published_at,
        options: options(own, &data.colors),
        variants: variants(own, index, &slug, market, &media)?,
        media,
        publications: publications(own, market, published_at),
        attributes: Vec::new(),
        slug,
    })
}

/// `default` means the market's default channel, whatever its code is.
fn publications(own: &ProductData, market: &Market, published_at: chrono::DateTime<chrono::Utc>) -> Vec<Publication> {
    let listed = |code: &str| own.channels.as_ref().is_none_or(|codes| codes.iter().any(|known| known == code));
    let shown = [("default", &market.default), ("eu", &market.europe)].into_iter().filter(|(code, _)| listed(code));
    let mut all: Vec<Publication> =
        shown.map(|(_, channel)| Publication { channel_id: channel.id, published_at }).collect();
    all.sort_by_key(|publication| publication.channel_id);
    all
}

/// Pictures in a reserved domain (RFC 2606): a shop that shows them asks no one.
fn media(own: &ProductData, index: usize, slug: &str) -> Vec<Media> {
    let picture = |((number, view), position): ((usize, &String), i32)| Media {
        id: id(Kind::Media, index * ROOM + number),
        url: format!("https://demo.tradewind.example/media/{slug}-{position}.svg"),
        alt: format!("{}, {view}", own.title),
        width: Some(1200),
        height: Some(1500),
        position,
    };
    own.views.iter().enumerate().zip(1i32..).map(picture).collect()
}
