//! Products with their variants and media.
use super::{
    catalog::Catalog,
    clock::{after, before_end},
    dice::{Dice, Stream},
    groups::{GROUPS, Group},
    ids::{Kind, row_id, short_code},
    price::{base_cents, prices},
    review::{review_count, reviews},
    skew::log_normal_milli,
    stock::Supply,
    text::{description, title},
    variant::{Choices, VARIANTS, choices},
    words::{THEMES, vendor},
};
use chrono::TimeDelta;
use tradewind_domain::{
    media::Media,
    product::{Product, ProductStatus, Publication},
    review::Review,
    slug::slugify,
    variant::Variant,
};
use uuid::Uuid;

/// Every product has as many pictures.
const MEDIA: u8 = 3;

/// A product and what its customers say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeded {
    /// The aggregate.
    pub product: Product,
    /// Oldest id first.
    pub reviews: Vec<Review>,
}

/// The product at an index.
pub(super) fn product(catalog: &Catalog, index: u32) -> Seeded {
    let dice = &mut Dice::new(catalog.seed(), Stream::Product, index);
    let (rank, kind) = (catalog.popular_groups.draw(dice), catalog.popular_kinds.draw(dice));
    let group = &GROUPS[rank];
    let (plural, noun) = group.kinds[kind];
    let material = dice.pick(group.materials);
    let title = title(dice, material, noun);
    let vendor = vendor(catalog.popular_vendors.draw(dice));
    let slug = format!("{}-{}", slugify(&title), short_code(catalog.seed(), index.into()));
    let created_at = before_end(dice, 32, 3 * 365);
    let published_at = created_at + TimeDelta::hours(dice.between(0, 30 * 24));
    let (status, publications) = visibility(catalog, dice, published_at);
    let on_sale = dice.permille(100);
    let count = review_count(dice);
    let media = media(catalog, index, &slug, &title);
    let choices = choices(dice, group, &catalog.popular_colors);
    let product = Product {
        id: row_id(catalog.seed(), Kind::Product, index.into()),
        description_html: description(dice, group, material, noun, &vendor),
        product_type: group.types[usize::from(kind > 1)].to_owned(),
        status,
        tags: tags(catalog, dice, plural, material, on_sale),
        category_id: catalog.tree.kinds.get(rank).map(|kinds| kinds[kind]),
        seo_title: dice.permille(300).then(|| format!("{title} | {vendor}")),
        seo_description: dice.permille(300).then(|| format!("{title} made of {}.", material.to_lowercase())),
        units_sold: count * dice.between(8, 25) + log_normal_milli(dice) / 100,
        created_at,
        updated_at: after(dice, published_at),
        variants: variants(catalog, dice, index, group, &choices, on_sale, &media),
        options: choices.options,
        media,
        publications,
        attributes: Vec::new(),
        slug,
        title,
        vendor,
    };
    let reviews = reviews(catalog, index, product.id, count, published_at);
    Seeded { product, reviews }
}

/// Three in a hundred are drafts or archived, two are published nowhere, ten only in the default channel.
fn visibility(
    catalog: &Catalog,
    dice: &mut Dice,
    published_at: chrono::DateTime<chrono::Utc>,
) -> (ProductStatus, Vec<Publication>) {
    let in_channel = |channel_id: Uuid| Publication { channel_id, published_at };
    let channels = catalog.market().channels();
    let mut everywhere: Vec<Publication> = channels.iter().map(|channel| in_channel(channel.id)).collect();
    everywhere.sort_by_key(|publication| publication.channel_id);
    match dice.below(1000) {
        0..22 => (ProductStatus::Draft, everywhere),
        22..30 => (ProductStatus::Archived, everywhere),
        30..50 => (ProductStatus::Active, Vec::new()),
        50..150 => (ProductStatus::Active, vec![in_channel(catalog.market().default.id)]),
        _ => (ProductStatus::Active, everywhere),
    }
}

fn tags(catalog: &Catalog, dice: &mut Dice, plural: &str, material: &str, on_sale: bool) -> Vec<String> {
    let mut tags = vec![slugify(plural), slugify(material)];
    for _ in 0..dice.between(1, 3) {
        tags.push(THEMES[catalog.popular_themes.draw(dice)].to_owned());
    }
    if on_sale {
        tags.push("sale".to_owned());
    }
    let mut seen = std::collections::HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    tags
}

fn media(catalog: &Catalog, index: u32, slug: &str, title: &str) -> Vec<Media> {
    let views = ["front", "detail", "in use"];
    let picture = |number: u8| Media {
        id: row_id(catalog.seed(), Kind::Media, u64::from(index) * u64::from(MEDIA) + u64::from(number)),
        url: format!("https://seed.tradewind.example/media/{slug}-{}.jpg", number + 1),
        alt: format!("{title}, {}", views[usize::from(number % 3)]),
        width: Some(1200),
        height: Some(1500),
        position: i32::from(number) + 1,
    };
    (0..MEDIA).map(picture).collect()
}

fn variants(
    catalog: &Catalog,
    dice: &mut Dice,
    index: u32,
    group: &Group,
    choices: &Choices,
    on_sale: bool,
    media: &[Media],
) -> Vec<Variant> {
    let base = base_cents(dice, group.dollars);
    let was_milli = dice.between(1150, 1500);
    let grams = group.grams * dice.between(800, 1200) / 1000;
    let supply = Supply::draw(dice);
    let mut warehouses: Vec<Uuid> = catalog.market().warehouses.iter().map(|warehouse| warehouse.id).collect();
    warehouses.sort_unstable();
    let mut variants = Vec::with_capacity(VARIANTS);
    for (number, (values, size)) in (0u8..).zip(&choices.combinations) {
        let steps = i64::try_from(*size).unwrap_or(0);
        let cents = base * (1000 + steps * group.scale.step_milli()) / 1000;
        let counter = u64::from(index) * VARIANTS as u64 + u64::from(number);
        variants.push(Variant {
            id: row_id(catalog.seed(), Kind::Variant, counter),
            sku: Some(sku(catalog, index, values)),
            barcode: Some(barcode(catalog.seed(), counter)),
            option_values: values.clone(),
            weight_grams: Some(grams),
            position: i32::from(number) + 1,
            policy: supply.policy(),
            tracked: true,
            media_id: media.get(usize::from(number) % media.len().max(1)).map(|picture| picture.id),
            prices: prices(&catalog.market().channels(), cents, on_sale.then_some(cents * was_milli / 1000)),
            stock: supply.on_hand(dice, &warehouses),
            attributes: Vec::new(),
        });
    }
    variants
}

/// `3F0KQ-M-NAVY`: unique, because the code is the product's and a combination appears once.
fn sku(catalog: &Catalog, index: u32, values: &[String]) -> String {
    let code = short_code(catalog.seed(), index.into());
    let values: Vec<String> = values.iter().map(|value| slugify(value)).collect();
    format!("{code}-{}", values.join("-")).to_uppercase()
}

/// A GTIN-13 in GS1's range for use inside a company (it begins with 2), with its check digit.
fn barcode(seed: u64, counter: u64) -> String {
    let company = super::ids::mix(seed) % 100_000;
    let twelve = format!("2{:011}", company * 1_000_000 + counter % 1_000_000);
    let odd_even = |(place, digit): (usize, u8)| u32::from(digit - b'0') * if place % 2 == 0 { 1 } else { 3 };
    let sum: u32 = twelve.bytes().enumerate().map(odd_even).sum();
    format!("{twelve}{}", (10 - sum % 10) % 10)
}
