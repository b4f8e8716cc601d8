//! import(export(x)) changes nothing, for any catalog that the format can express.
use crate::{
    markets::set_up,
    support::{TestShop, day, shops},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use tradewind_commerce::shopify::ImportOptions;
use tradewind_domain::{
    media::Media,
    option::{OptionValue, ProductOption},
    product::{Attribute, AttributeKind, Product, ProductStatus, Publication},
    stock::StockPolicy,
    variant::{Price, StockOnHand, Variant},
};
use tradewind_persistence::write::{WriteTx, ensure_category_path, save_products};
use uuid::Uuid;

/// Text for people, in several scripts, with all that CSV and HTML make special.
const TEXT: &str = "[a-zA-Zäß東=+@'][a-zA-Z äß東京\"',;<>&=+@/()\\-\n]{0,14}[a-zé0-9.!\"]";
const WORD: &str = "[a-zA-Zé東][a-zA-Z0-9é東 \"'/&-]{0,8}[a-z0-9]";

fn optional<T: Clone + std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(of)
}

fn attributes(variant: bool) -> impl Strategy<Value = Vec<Attribute>> {
    let kinds = prop::sample::select(vec![AttributeKind::Text, AttributeKind::List, AttributeKind::Number]);
    let metafield = ("[a-z]{1,6}(--[a-z]{1,3})?", "[a-z_-]{1,8}", WORD, kinds, TEXT)
        .prop_map(|(namespace, key, label, kind, value)| Attribute { namespace, key, label, kind, value });
    let names = if variant { vec!["Cost per item", "Unit Price Base Measure"] } else { vec![] };
    let column =
        (prop::sample::subsequence(names.clone(), 0..=names.len()), 0u32..9_000).prop_map(|(names, number)| {
            let attribute = |name: &&str| Attribute {
                namespace: "shopify.column".into(),
                key: (*name).into(),
                label: (*name).into(),
                kind: AttributeKind::Number,
                value: format!("{}.{:02}", number / 100, number % 100),
            };
            names.iter().map(attribute).collect::<Vec<_>>()
        });
    (prop::collection::vec(metafield, 0..3), column).prop_map(|(mut all, columns)| {
        all.extend(columns);
        all.sort_by(|a, b| (&a.namespace, &a.key).cmp(&(&b.namespace, &b.key)));
        all.dedup_by(|a, b| (&a.namespace, &a.key) == (&b.namespace, &b.key));
        all
    })
}

fn variant(channels: [Uuid; 2]) -> impl Strategy<Value = Variant> {
    let price = move || (0i64..10_000_000, optional(0i64..10_000_000));
    (
        (any::<u128>(), optional(WORD), optional("[0-9]{8,13}"), optional(0i64..100_000), any::<[bool; 2]>()),
        (optional(price()), optional(price()), optional(-50i64..500), attributes(true)),
    )
        .prop_map(
            move |((id, sku, barcode, weight_grams, [backorder, tracked]), (main, other, stock, attributes))| Variant {
                id: Uuid::from_u128(id),
                sku,
                barcode,
                option_values: Vec::new(),
                weight_grams,
                position: 0,
                policy: if backorder { StockPolicy::Backorder } else { StockPolicy::Deny },
                tracked,
                media_id: None,
                prices: [main, other]
                    .into_iter()
                    .zip(channels)
                    .filter_map(|(price, channel_id)| {
                        price.map(|(amount, compare_at)| Price { channel_id, amount, compare_at })
                    })
                    .collect(),
                stock: stock
                    .into_iter()
                    .map(|on_hand| StockOnHand { warehouse_id: Uuid::from_u128(1), on_hand })
                    .collect(),
                attributes,
            },
        )
}

fn options() -> impl Strategy<Value = Vec<ProductOption>> {
    let values = prop::collection::hash_set(WORD, 1..4);
    prop::collection::hash_map("[A-Z][a-z]{2,6}", (values, optional("[a-z.]{3,12}")), 0..=3).prop_map(|options| {
        let value = |value| OptionValue { value, swatch: Some("#fff".into()) };
        options
            .into_iter()
            .map(|(name, (values, linked_to))| ProductOption {
                name,
                linked_to,
                values: values.into_iter().map(value).collect(),
            })
            .collect()
    })
}

/// All combinations of the options' values.
fn choices(options: &[ProductOption]) -> Vec<Vec<String>> {
    options.iter().fold(vec![Vec::new()], |all, option| {
        let with = |choice: &Vec<String>| {
            let choice = choice.clone();
            option
                .values
                .iter()
                .map(move |value| [&choice[..], std::slice::from_ref(&value.value)].concat())
                .collect::<Vec<_>>()
        };
        all.iter().flat_map(with).collect()
    })
}

fn product(channels: [Uuid; 2]) -> impl Strategy<Value = Product> {
    let status = prop::sample::select(vec![ProductStatus::Active, ProductStatus::Draft, ProductStatus::Archived]);
    let texts = (TEXT, TEXT, TEXT, prop::collection::hash_set("[a-z東][a-z \"-]{0,6}[a-z]", 0..4));
    let media = prop::collection::hash_map("[a-z]{1,8}", (optional(TEXT), any::<u128>(), optional(1..4_000)), 0..4);
    (
        (any::<u128>(), "[a-z東é0-9][a-z0-9東™_.-]{0,12}[a-z0-9]", texts, status, any::<[bool; 2]>()),
        (options(), prop::collection::vec(variant(channels), 27), media, attributes(false)),
        (optional(TEXT), optional(TEXT), 0i64..100, 1i32..4),
    )
        .prop_map(
            move |(head, (options, variants, media, attributes), (seo_title, seo_description, sold, gap))| {
                let (id, slug, (title, html, vendor, tags), status, shown) = head;
                let mut product = Product::draft(Uuid::from_u128(id), slug, title, day(-9));
                product.media = (1..)
                    .zip(media)
                    .map(|(position, (name, (alt, id, width)))| Media {
                        id: Uuid::from_u128(id),
                        url: format!("https://cdn.test/{name}.jpg?v=1"),
                        alt: alt.unwrap_or_default(),
                        width,
                        height: width,
                        position: position * gap,
                    })
                    .collect();
                let pictures: Vec<Uuid> = product.media.iter().map(|media| media.id).collect();
                product.variants = choices(&options)
                    .into_iter()
                    .zip(variants)
                    .zip(1..)
                    .map(|((option_values, variant), position)| Variant {
                        option_values,
                        position: position * gap,
                        media_id: pictures.get(position as usize % 3).copied(),
                        ..variant
                    })
                    .collect();
                product.options = options;
                // As it may be stored by others: not what our own sanitiser would make of it.
                product.description_html = html;
                (product.vendor, product.tags, product.status) = (vendor, tags.into_iter().collect(), status);
                (product.seo_title, product.seo_description, product.units_sold) = (seo_title, seo_description, sold);
                product.attributes = attributes;
                product.publications = channels
                    .into_iter()
                    .zip(shown)
                    .filter(|(_, shown)| *shown)
                    .map(|(channel_id, _)| Publication { channel_id, published_at: day(7) })
                    .collect();
                product
            },
        )
}

async fn save(shop: &TestShop, products: &mut [Product]) {
    let tx = WriteTx::begin(&shop.db).await.unwrap();
    let mut loaded = shop.shop().await;
    let mut ids = 1000u128..;
    for (index, product) in products.iter_mut().enumerate() {
        if index % 3 != 0 {
            let path = ["Root".to_owned(), format!("Leaf & {}", index % 4)];
            let mut new_id = || Uuid::from_u128(ids.next().unwrap());
            let id = ensure_category_path(&tx, &mut loaded.categories, &path, day(0), &mut new_id).await.unwrap();
            product.category_id = Some(id);
        }
    }
    save_products(&tx, &loaded, products).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn importing_an_export_changes_nothing() {
    for shop in shops().await {
        let channels = set_up(&shop).await;
        let mut runner =
            TestRunner::new(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Random, ..Default::default() });
        for _ in 0..6 {
            let tree = prop::collection::hash_map(any::<u64>(), product(channels), 12).new_tree(&mut runner).unwrap();
            let mut products: Vec<Product> = tree.current().into_values().collect();
            products.iter_mut().enumerate().for_each(|(index, product)| product.slug.push_str(&format!("-{index}")));
            let slugs: Vec<String> = shop.slugs().await;
            products.retain(|product| !slugs.contains(&product.slug));
            save(&shop, &mut products).await;
            let before = shop.all().await;
            let text = shop.export().await;
            let options = ImportOptions::new(day(20));
            let outcome = shop.import_with(&[("export.csv", text.as_bytes())], &options).await;
            let after = shop.all().await;
            for (before, after) in before.iter().zip(&after) {
                assert_eq!(after, before, "{}", shop.backend);
            }
            assert_eq!(outcome.counts(), [0, 0, before.len() as u64, 0], "{:#?}", outcome.errors());
            assert_eq!(shop.export().await, text);
        }
    }
}
