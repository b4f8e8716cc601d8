//! Any product that an import may bring.
use crate::world::{category_id, channel_id, media_id, now, product_id, slug, stored_time, variant_id, warehouse_id};
use chrono::TimeDelta;
use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use tradewind_domain::{
    media::Media,
    option::{OptionValue, ProductOption},
    product::{Attribute, AttributeKind, Product, ProductStatus, Publication},
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
};

/// Any text but NUL, which PostgreSQL has no text with.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[ a-z<>&é'\"\\\\]{0,30}", 1 => "[^\\x00]{0,300}", 1 => "\\PC{0,20}"]
}

fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["red", "Shirt", "blue", "Crème", "東京", "x", "wool", "Größe", "o'neill"]);
    vec(word, 0..5).prop_map(|words| words.join(" "))
}

fn some<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let most = all.len();
    subsequence(all, 0..=most)
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    use AttributeKind::{Boolean, Json, List, Number, Text, Url};
    let kind = prop::sample::select(vec![Text, Number, Boolean, Url, Json, List]);
    let attribute = ("[a-c]{1,2}", "[a-z-]{1,6}", text(), kind, text())
        .prop_map(|(namespace, key, label, kind, value)| Attribute { namespace, key, label, kind, value });
    vec(attribute, 0..4).prop_map(|mut all| {
        all.sort_by(|a, b| (&a.namespace, &a.key).cmp(&(&b.namespace, &b.key)));
        all.dedup_by(|a, b| (&a.namespace, &a.key) == (&b.namespace, &b.key));
        all
    })
}

fn prices() -> impl Strategy<Value = Vec<Price>> {
    let price = |n| {
        (0..100_000i64, option::of(0..100_000i64)).prop_map(move |(amount, compare_at)| Price {
            channel_id: channel_id(n),
            amount,
            compare_at,
        })
    };
    (option::of(price(0)), option::of(price(1))).prop_map(|(a, b)| a.into_iter().chain(b).collect())
}

fn stock() -> impl Strategy<Value = Vec<StockOnHand>> {
    let level =
        |n| option::of((-3..12i64).prop_map(move |on_hand| StockOnHand { warehouse_id: warehouse_id(n), on_hand }));
    (level(0), level(1), level(2)).prop_map(|(a, b, c)| a.into_iter().chain(b).chain(c).collect())
}

fn options() -> impl Strategy<Value = Vec<ProductOption>> {
    let value = |value: &str| OptionValue { value: value.into(), swatch: Some("#123456".into()) };
    some(vec![("Color", vec!["Red", "Blue"]), ("SIZE", vec!["M", "L"]), ("size ", vec!["M"])]).prop_map(move |all| {
        let option = |(name, values): (&str, Vec<&str>)| ProductOption {
            name: name.into(),
            linked_to: None,
            values: values.into_iter().map(value).collect(),
        };
        all.into_iter().map(option).collect()
    })
}

fn variant(product: u32, number: u32, options: Vec<ProductOption>) -> impl Strategy<Value = Variant> {
    let choices: Vec<_> = options
        .into_iter()
        .map(|option| prop::sample::select(option.values.into_iter().map(|it| it.value).collect::<Vec<_>>()))
        .collect();
    let plain = (option::of("[A-Z0-9-]{0,8}"), option::of("[0-9]{8}"), option::of(0..9000i64), any::<(bool, bool)>());
    (choices, plain, prices(), stock(), attributes()).prop_map(
        move |(option_values, plain, prices, stock, attributes)| {
            let (sku, barcode, weight_grams, (tracked, backorder)) = plain;
            Variant {
                id: variant_id(product, number),
                sku,
                barcode,
                option_values,
                weight_grams,
                position: i32::try_from(number).unwrap(),
                policy: if backorder { StockPolicy::Backorder } else { StockPolicy::Deny },
                tracked,
                media_id: None,
                prices,
                stock,
                attributes,
            }
        },
    )
}

fn media(product: u32) -> impl Strategy<Value = Vec<Media>> {
    vec((text(), option::of(1..5000i32)), 0..4).prop_map(move |all| {
        let medium = |(number, (alt, width)): (u32, (String, Option<i32>))| Media {
            id: media_id(product, number),
            url: format!("https://cdn.example.com/{product}/{number}.jpg"),
            alt,
            width,
            height: width,
            position: i32::try_from(number).unwrap(),
        };
        (0..).zip(all).map(medium).collect()
    })
}

fn publications() -> impl Strategy<Value = Vec<Publication>> {
    (some(vec![0, 1]), -1_000_000_000..1_000_000_000i64).prop_map(|(channels, micros)| {
        let published_at = stored_time(now() + TimeDelta::microseconds(micros));
        channels.into_iter().map(|n| Publication { channel_id: channel_id(n), published_at }).collect()
    })
}

/// Product `number`, in any state.
pub(crate) fn product(number: u32) -> impl Strategy<Value = Product> {
    let status = prop_oneof![Just(ProductStatus::Draft), Just(ProductStatus::Archived), Just(ProductStatus::Active)];
    let status = prop_oneof![1 => status, 3 => Just(ProductStatus::Active)];
    let names = (words(), text(), prop_oneof![Just(String::new()), Just("Acme".to_owned()), text()], words());
    let tags = some(vec!["red".to_owned(), "Red".into(), "Été".into(), "50% off; new".into(), "x".repeat(300)]);
    let seo = (option::of(text()), option::of(text()), 0..50i64);
    let variants = options().prop_flat_map(move |options| {
        let variants: Vec<_> = (1..5).map(|n| variant(number, n, options.clone())).collect();
        (Just(options), variants.prop_flat_map(some))
    });
    let lists = (variants, media(number), publications(), attributes());
    (status, names, tags, option::of(0..6u32), seo, lists).prop_map(
        move |(status, names, tags, category, seo, lists)| {
            let ((options, mut variants), media, publications, attributes) = lists;
            for (variant, medium) in variants.iter_mut().zip(&media) {
                variant.media_id = Some(medium.id);
            }
            let mut product = Product::draft(product_id(number), slug(number), names.0, stored_time(now()));
            (product.description_html, product.vendor, product.product_type) = (names.1, names.2, names.3);
            (product.seo_title, product.seo_description, product.units_sold) = seo;
            (product.options, product.variants, product.media) = (options, variants, media);
            (product.publications, product.attributes) = (publications, attributes);
            product.category_id = category.map(category_id);
            (product.status, product.tags) = (status, tags);
            product
        },
    )
}
