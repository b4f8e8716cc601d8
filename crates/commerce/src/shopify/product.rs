//! A draft meets what is stored: the product as it is to be from now on.
use super::{
    attribute,
    cell::Given,
    draft::Draft,
    media::Gallery,
    report::RowProblem,
    selection::{self, Selection},
    target::Target,
    variant::VariantDraft,
};
use chrono::{DateTime, Utc};
use tradewind_domain::{
    product::{Product, ProductStatus, Publication},
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
};
use uuid::Uuid;

/// What turns drafts into products.
pub(crate) struct Assembly<'a> {
    pub(crate) target: &'a Target,
    pub(crate) now: DateTime<Utc>,
    pub(crate) new_id: &'a mut (dyn FnMut() -> Uuid + Send),
}

impl Assembly<'_> {
    /// The product as the draft wants it. `category_id` is where the draft's path leads; it counts only if the draft
    /// speaks of a category. Ids of what stays the same are kept.
    pub(crate) fn product(
        &mut self,
        draft: Draft,
        stored: Option<&Product>,
        category_id: Option<Uuid>,
    ) -> Result<Product, Box<RowProblem>> {
        let mut product = match stored {
            Some(stored) => stored.clone(),
            None => {
                let id = (self.new_id)();
                let status = ProductStatus::Active;
                Product { status, ..Product::draft(id, draft.slug.clone(), draft.title.clone(), self.now) }
            }
        };
        set_text(&mut product.title, Given::Is(draft.title));
        set_text(&mut product.vendor, draft.vendor);
        set_text(&mut product.product_type, draft.product_type);
        draft.tags.apply_or_default(&mut product.tags);
        set_description(&mut product, &draft.description, draft.clean);
        set_optional(&mut product.seo_title, draft.seo_title);
        set_optional(&mut product.seo_description, draft.seo_description);
        if draft.category != Given::Omitted {
            product.category_id = category_id;
        }
        product.status = draft.status.unwrap_or(product.status);
        attribute::apply(draft.attributes, &mut product.attributes);
        self.publish(&mut product, stored.is_none(), draft.published, &draft.included);
        let mut gallery = Gallery::new(std::mem::take(&mut product.media));
        if let Some(images) = draft.images {
            gallery.replace(images, self.new_id);
        }
        match draft.variants {
            Some(variants) => {
                let selection =
                    selection::select(&product, draft.options, &variants).map_err(|(reason, way_out)| {
                        Box::new(RowProblem::error(&draft.file, draft.line, reason, way_out).of(&draft.slug))
                    })?;
                self.set_variants(&mut product, selection, variants, &mut gallery);
            }
            None if product.variants.is_empty() && stored.is_none() => {
                let variant = self.variant(None, VariantDraft::default(), &mut gallery);
                product.variants = vec![Variant { position: 1, ..variant }];
            }
            None => {}
        }
        product.media = gallery.finish(&mut product.variants);
        Ok(product)
    }

    fn publish(&self, product: &mut Product, new: bool, published: Option<bool>, included: &[(Uuid, bool)]) {
        let main = self.target.main.id;
        if published == Some(false) {
            // Out of sight everywhere: the file cannot mean another channel to go on showing it.
            product.publications.clear();
            return;
        }
        let main_included = included.iter().find(|(channel, _)| *channel == main).map(|(_, included)| *included);
        let mut wanted: Vec<(Uuid, bool)> = included.iter().copied().filter(|(channel, _)| *channel != main).collect();
        if published.is_some() || new || main_included.is_some() {
            wanted.push((main, main_included.unwrap_or(true)));
        }
        for (channel_id, show) in wanted {
            let known = product.publications.iter().position(|publication| publication.channel_id == channel_id);
            match (known, show) {
                (None, true) => product.publications.push(Publication { channel_id, published_at: self.now }),
                (Some(index), false) => drop(product.publications.remove(index)),
                _ => {}
            }
        }
        product.publications.sort_by_key(|publication| publication.channel_id);
    }

    fn set_variants(
        &mut self,
        product: &mut Product,
        selection: Selection,
        drafts: Vec<VariantDraft>,
        gallery: &mut Gallery,
    ) {
        let mut stored: Vec<Option<Variant>> = std::mem::take(&mut product.variants).into_iter().map(Some).collect();
        product.options = selection.options;
        for (draft, matched) in drafts.into_iter().zip(selection.matches) {
            let known = matched.and_then(|index| stored.get_mut(index)?.take());
            product.variants.push(self.variant(known, draft, gallery));
        }
        // Positions that already say this order stay, whatever their numbers.
        let in_order = product.variants.windows(2).all(|pair| pair[0].position < pair[1].position);
        if !in_order || product.variants.iter().any(|variant| variant.position == NEW) {
            product.variants.iter_mut().zip(1..).for_each(|(variant, position)| variant.position = position);
        }
    }

    fn variant(&mut self, stored: Option<Variant>, draft: VariantDraft, gallery: &mut Gallery) -> Variant {
        let mut variant = stored.unwrap_or_else(|| Variant {
            id: (self.new_id)(),
            sku: None,
            barcode: None,
            option_values: Vec::new(),
            weight_grams: None,
            position: NEW,
            policy: StockPolicy::Deny,
            tracked: false,
            media_id: None,
            prices: Vec::new(),
            stock: Vec::new(),
            attributes: Vec::new(),
        });
        variant.option_values = draft.option_values;
        set_optional(&mut variant.sku, draft.sku);
        set_optional(&mut variant.barcode, draft.barcode);
        draft.grams.apply(&mut variant.weight_grams);
        variant.policy = draft.policy.unwrap_or(variant.policy);
        variant.tracked = draft.tracked.unwrap_or(variant.tracked);
        match draft.image {
            Given::Omitted => {}
            Given::Blank => variant.media_id = None,
            Given::Is(url) => variant.media_id = Some(gallery.find_or_add(url, variant.media_id, self.new_id)),
        }
        for price in draft.prices {
            set_price(&mut variant.prices, price.channel_id, price.amount, price.compare_at);
        }
        if let Some(on_hand) = draft.quantity {
            set_stock(&mut variant.stock, self.target.warehouse_id, on_hand);
        }
        attribute::apply(draft.attributes, &mut variant.attributes);
        variant
    }
}

/// The position of a variant that has none yet; stored ones may be anything else.
const NEW: i32 = i32::MIN;

/// Files say nothing about outer spaces: a stored text that differs only in them stays.
fn set_text(stored: &mut String, given: Given<String>) {
    match given {
        Given::Omitted => {}
        Given::Blank if stored.trim().is_empty() => {}
        Given::Is(text) if stored.trim() == text => {}
        given => given.apply_or_default(stored),
    }
}

fn set_optional(stored: &mut Option<String>, given: Given<String>) {
    match (&given, stored.as_deref().map(str::trim)) {
        (Given::Blank, Some("")) => {}
        (Given::Is(text), Some(known)) if known == text => {}
        _ => given.apply(stored),
    }
}

fn set_description(product: &mut Product, given: &Given<Box<str>>, clean: Option<(String, super::html::Removed)>) {
    match given {
        Given::Omitted => {}
        Given::Blank if product.description_html.trim().is_empty() => {}
        Given::Blank => product.description_html.clear(),
        Given::Is(raw) if **raw == *product.description_html => {}
        Given::Is(_) => product.description_html = clean.map(|(clean, _)| clean).unwrap_or_default(),
    }
}

fn set_price(prices: &mut Vec<Price>, channel_id: Uuid, amount: Given<i64>, compare_at: Given<i64>) {
    let known = prices.iter().position(|price| price.channel_id == channel_id);
    let index = match (known, amount) {
        (None, Given::Is(amount)) => {
            prices.push(Price { channel_id, amount, compare_at: None });
            prices.len() - 1
        }
        (Some(index), Given::Is(amount)) => {
            prices[index].amount = amount;
            index
        }
        (Some(index), Given::Blank) => {
            prices.remove(index);
            return;
        }
        (Some(index), Given::Omitted) => index,
        (None, _) => return,
    };
    compare_at.apply(&mut prices[index].compare_at);
    prices.sort_by_key(|price| price.channel_id);
}

fn set_stock(stock: &mut Vec<StockOnHand>, warehouse_id: Uuid, on_hand: i64) {
    match stock.iter_mut().find(|level| level.warehouse_id == warehouse_id) {
        Some(level) => level.on_hand = on_hand,
        None => stock.push(StockOnHand { warehouse_id, on_hand }),
    }
    stock.sort_by_key(|level| level.warehouse_id);
}
