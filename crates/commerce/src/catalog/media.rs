//! Pictures of a product.
use super::{
    Answer, CatalogCode,
    bulk::{MOST_ITEMS, too_many},
    checks::Checks,
    desk::{Desk, finish},
};
use crate::account::Moment;
use std::collections::BTreeSet;
use tradewind_domain::{media::Media, product::Product};
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

/// Pictures of one product, as in Shopify.
const MOST: usize = 250;
/// Bytes of an address.
const LONGEST_URL: usize = 2_048;
/// Characters of a text for people who do not see the picture.
const LONGEST_ALT: usize = 512;
/// Pixels of a side.
const LONGEST_SIDE: i32 = 100_000;

/// A picture that is somewhere in the web.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaInput {
    /// Absolute address with `https`.
    pub url: String,
    /// Text for people who do not see it.
    pub alt: String,
    /// Pixels, where known.
    pub width: Option<i32>,
    /// Pixels, where known.
    pub height: Option<i32>,
}

/// Adds pictures behind the others; their ids.
pub(super) fn append(
    checks: &mut Checks,
    product: &mut Product,
    inputs: &[MediaInput],
    moment: &mut Moment<'_>,
) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(inputs.len());
    checks.each("media", inputs, |checks, input| {
        check_url(checks, &input.url);
        let alt = checks.line_of(LONGEST_ALT, "alt", &input.alt);
        for (field, side) in [("width", input.width), ("height", input.height)] {
            if side.is_some_and(|side| !(1..=LONGEST_SIDE).contains(&side)) {
                let message = format!("The side is out of range: use 1 to {LONGEST_SIDE} pixels, or leave it out.");
                checks.refuse(CatalogCode::Invalid, field, message);
            }
        }
        let id = moment.id();
        ids.push(id);
        let url = input.url.trim().to_owned();
        product.media.push(Media { id, url, alt, width: input.width, height: input.height, position: 0 });
    });
    if !inputs.is_empty() {
        checks.at_most(MOST, "media", product.media.len());
    }
    ids
}

fn check_url(checks: &mut Checks, url: &str) {
    let url = url.trim();
    if url.len() > LONGEST_URL {
        let message = format!("The address is too long: use at most {LONGEST_URL} bytes.");
        return checks.refuse(CatalogCode::TooLong, "url", message);
    }
    let fits = |url: ammonia::Url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    };
    let is_plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    if !is_plain || !ammonia::Url::parse(url).is_ok_and(fits) {
        let message = "It is not an address of the web: write one such as https://example.com/picture.jpg.";
        checks.refuse(CatalogCode::Invalid, "url", message);
    }
}

/// Adds pictures to a product, behind the others; their ids.
pub async fn media_add(
    tx: &WriteTx,
    product_id: Uuid,
    inputs: &[MediaInput],
    moment: &mut Moment<'_>,
) -> Answer<Vec<Uuid>> {
    if let Some(refused) = too_many("media", inputs.len(), MOST_ITEMS) {
        return Ok(Err(refused));
    }
    let (mut desk, mut checks) = (Desk::open(tx, &[product_id], Vec::new()).await?, Checks::new());
    let mut ids = Vec::new();
    desk.edit(product_id, "productId", None, &mut checks, |product, _, checks| {
        ids = append(checks, product, inputs, moment);
    });
    finish(tx, desk, checks, "productMediaAdd", ids, moment.now()).await
}

/// Changes the text of a picture.
pub async fn media_update(
    tx: &WriteTx,
    product_id: Uuid,
    media_id: Uuid,
    alt: &str,
    moment: &mut Moment<'_>,
) -> Answer<Uuid> {
    let (mut desk, mut checks) = (Desk::open(tx, &[product_id], Vec::new()).await?, Checks::new());
    desk.edit(product_id, "productId", None, &mut checks, |product, _, checks| {
        let alt = checks.line_of(LONGEST_ALT, "alt", alt);
        match product.media.iter_mut().find(|media| media.id == media_id) {
            Some(media) => media.alt = alt,
            None => checks.refuse(CatalogCode::NotFound, "mediaId", MISSING),
        }
    });
    finish(tx, desk, checks, "productMediaUpdate", media_id, moment.now()).await
}

const MISSING: &str = "The product has no such picture.";

/// Removes pictures of a product; variants that have one of them have none then.
pub async fn media_delete(
    tx: &WriteTx,
    product_id: Uuid,
    media_ids: &[Uuid],
    moment: &mut Moment<'_>,
) -> Answer<Vec<Uuid>> {
    let (mut desk, mut checks) = (Desk::open(tx, &[product_id], Vec::new()).await?, Checks::new());
    desk.edit(product_id, "productId", None, &mut checks, |product, _, checks| {
        known(checks, product, media_ids);
        product.media.retain(|media| !media_ids.contains(&media.id));
        for variant in &mut product.variants {
            variant.media_id = variant.media_id.filter(|id| !media_ids.contains(id));
        }
    });
    finish(tx, desk, checks, "productMediaDelete", media_ids.to_vec(), moment.now()).await
}

/// Puts the pictures of a product in an order; those that are not named come behind, in the order that they had.
pub async fn media_reorder(
    tx: &WriteTx,
    product_id: Uuid,
    media_ids: &[Uuid],
    moment: &mut Moment<'_>,
) -> Answer<Vec<Uuid>> {
    let (mut desk, mut checks) = (Desk::open(tx, &[product_id], Vec::new()).await?, Checks::new());
    desk.edit(product_id, "productId", None, &mut checks, |product, _, checks| {
        known(checks, product, media_ids);
        let place = |media: &Media| media_ids.iter().position(|id| *id == media.id).unwrap_or(usize::MAX);
        product.media.sort_by_key(place);
    });
    finish(tx, desk, checks, "productMediaReorder", media_ids.to_vec(), moment.now()).await
}

fn known(checks: &mut Checks, product: &Product, ids: &[Uuid]) {
    checks.at_most(MOST, "mediaIds", ids.len());
    let mut seen = BTreeSet::new();
    for (place, id) in ids.iter().enumerate() {
        let field = format!("mediaIds.{place}");
        if !product.media.iter().any(|media| media.id == *id) {
            checks.refuse(CatalogCode::NotFound, &field, MISSING);
        }
        if !seen.insert(id) {
            checks.refuse(CatalogCode::Duplicate, &field, "The picture stands twice: leave one out.");
        }
    }
}
