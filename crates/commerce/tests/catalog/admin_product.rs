//! Staff make, change and delete products.
use crate::admin_world::{
    self, CATEGORIES, EU, LINEN, PICKED, US, World, choice, expect, option, refusals, retitled, shirt, size, start,
    text,
};
use chrono::TimeDelta;
use serde_json::json;
use tradewind_commerce::catalog::{
    AttributeInput, CatalogCode::*, MediaInput, Members, NewProduct, OptionInput, OptionValueInput, Patch,
    ProductInput, ProductUpdate, PublicationInput, VariantInput, collection_set_products, product_create,
    product_delete, product_update, publish, unpublish,
};
use tradewind_domain::{
    audit::{Change, Subject},
    product::{AttributeKind, ProductStatus},
};
use tradewind_persistence::write::collection_members;
use uuid::Uuid;

async fn update(world: &World, update: &ProductUpdate) -> admin_world::Done<Uuid> {
    world.act(async |tx, moment| product_update(tx, update, moment).await).await
}

fn with(id: Uuid, product: ProductInput) -> ProductUpdate {
    ProductUpdate { id, product }
}

#[tokio::test]
async fn a_product_is_made_with_all_below_it() {
    for world in admin_world::each().await {
        let mut new = shirt("Linen Shirt");
        new.product.description_html = text("<p>Cool</p><script>alert(1)</script>");
        new.media = vec![MediaInput { url: "https://img.example/a.jpg".into(), ..MediaInput::default() }];
        let done = world.act(async |tx, moment| product_create(tx, &new, moment).await).await.unwrap();
        let product = world.product(done.value).await;
        assert_eq!((product.slug.as_str(), product.description_html.as_str()), ("linen-shirt", "<p>Cool</p>"));
        let titles: Vec<String> = product.variants.iter().map(|variant| variant.title()).collect();
        assert_eq!(titles, ["S", "M"]);
        assert_eq!(product.publications.len(), 2);
        let subjects: Vec<Subject> = done.changes.iter().map(|change| change.subject).collect();
        assert_eq!(subjects, [Subject::Product, Subject::Variant, Subject::Variant, Subject::Media]);
        assert!(done.changes.iter().all(|change| change.before.is_null() && change.action == "productCreate"));
        assert_eq!(done.changes[0].after["title"], "Linen Shirt");
        assert_eq!(done.changes[1].after["prices"]["us"], json!({ "amount": 1100, "compareAt": null }));
        assert_eq!(collection_members(&world.db, LINEN).await.unwrap(), [product.id]);
        // A second one of the same title is found under another slug.
        let second = world.shirt("Linen Shirt").await;
        assert_eq!(world.product(second).await.slug, "linen-shirt-2");
        world.check_derived().await;
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_new_product_is_said_at_once() {
    for world in admin_world::each().await {
        world.shirt("Shirt").await;
        let mut new = shirt(" ");
        new.product.slug = text("shirt");
        new.product.tags = Some(vec!["x".repeat(256), "fine".into()]);
        new.product.category_id = Patch::Set(Uuid::from_u128(99));
        new.media =
            vec![MediaInput { url: "http://img.example/a.jpg".into(), width: Some(0), ..MediaInput::default() }];
        new.variants.push(size("XL"));
        new.variants.push(size("S"));
        new.variants[0].prices[1].channel = "moon".into();
        new.variants[1].prices[0].compare_at = Some(1000);
        new.publications.push(PublicationInput { channel: "eu".into(), published_at: None });
        let done = world.act(async |tx, moment| product_create(tx, &new, moment).await).await;
        let expected = [
            (Required, "title"),
            (Taken, "slug"),
            (TooLong, "tags.0"),
            (NotFound, "categoryId"),
            (Invalid, "media.0.url"),
            (Invalid, "media.0.width"),
            (NotFound, "variants.0.prices.1.channel"),
            (Invalid, "variants.1.prices.0.compareAt"),
            (NotFound, "variants.2.options.0.value"),
            (Taken, "variants.3.options"),
            (Duplicate, "publications.2.channel"),
        ];
        assert_eq!(refusals(done), expect(&expected), "{}", world.on());
        let empty = NewProduct::default();
        let done = world.act(async |tx, moment| product_create(tx, &empty, moment).await).await;
        assert_eq!(refusals(done), expect(&[(Required, "title")]));
        assert_eq!(world.lines("SELECT slug FROM products").await, ["shirt"]);
    }
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_tells_what_differs() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        world.act(async |tx, _| collection_set_products(tx, PICKED, &Members::Add(vec![id])).await).await.unwrap();
        let before = world.product(id).await;
        world.stock(before.variants[0].id, 7).await;
        let change = ProductInput {
            title: text("Cotton Shirt"),
            seo_title: Patch::Set("Buy a shirt".into()),
            category_id: Patch::Clear,
            add_tags: vec!["cotton".into(), "Summer".into()],
            remove_tags: vec!["LINEN".into()],
            attributes: Some(vec![AttributeInput {
                namespace: "custom".into(),
                key: "care".into(),
                label: String::new(),
                kind: AttributeKind::Number,
                value: "30".into(),
            }]),
            ..ProductInput::default()
        };
        let done = update(&world, &with(id, change.clone())).await.unwrap();
        let after = world.product(id).await;
        assert_eq!((after.slug.as_str(), after.vendor.as_str()), ("shirt", "Weavers"), "what is left out stays");
        assert_eq!(after.tags, ["summer", "cotton"]);
        assert_eq!(after.variants[0].stock[0].on_hand, 7, "stock is counted elsewhere");
        assert!(after.updated_at > before.updated_at && after.created_at == before.created_at);
        let told = |category: Option<Uuid>,
                    seo: Option<&str>,
                    tags: [&str; 2],
                    title: &str,
                    care: serde_json::Value| {
            json!({ "categoryId": category, "seoTitle": seo, "tags": tags, "title": title, "attributes": care })
        };
        let was = told(Some(CATEGORIES[2]), None, ["linen", "summer"], "Shirt", json!({}));
        let now = told(None, Some("Buy a shirt"), ["summer", "cotton"], "Cotton Shirt", json!({ "custom.care": "30" }));
        let action = "productUpdate";
        assert_eq!(done.changes, [Change { action, subject: Subject::Product, id, before: was, after: now }]);
        assert!(collection_members(&world.db, LINEN).await.unwrap().is_empty());
        assert_eq!(collection_members(&world.db, PICKED).await.unwrap(), [id]);
        // The same again is no change.
        assert_eq!(update(&world, &with(id, change)).await.unwrap().changes, []);
        assert_eq!(world.product(id).await.updated_at, after.updated_at);
        world.check_derived().await;
    }
}

#[tokio::test]
async fn an_update_that_is_wrong_changes_nothing() {
    for world in admin_world::each().await {
        let (id, other) = (world.shirt("Shirt").await, world.shirt("Other").await);
        let before = world.product(id).await;
        let attribute = |kind, value: &str| AttributeInput {
            namespace: "custom".into(),
            key: "x".into(),
            label: String::new(),
            kind,
            value: value.into(),
        };
        let wrong = ProductInput {
            title: text("two\nlines"),
            slug: text("other"),
            vendor: text(&"x".repeat(256)),
            description_html: text(&"x".repeat(600_000)),
            seo_title: Patch::Set("x".repeat(256)),
            attributes: Some(vec![attribute(AttributeKind::Number, "ten"), attribute(AttributeKind::Json, "{")]),
            ..ProductInput::default()
        };
        let expected = [
            (Invalid, "title"),
            (Taken, "slug"),
            (TooLong, "descriptionHtml"),
            (TooLong, "vendor"),
            (TooLong, "seoTitle"),
            (Invalid, "attributes.0.value"),
            (Invalid, "attributes.1.value"),
            (Duplicate, "attributes.1.key"),
        ];
        assert_eq!(refusals(update(&world, &with(id, wrong)).await), expect(&expected), "{}", world.on());
        let slug = ProductInput { slug: text("Not A Slug"), ..ProductInput::default() };
        assert_eq!(refusals(update(&world, &with(other, slug)).await), expect(&[(Invalid, "slug")]));
        let nobody = retitled(Uuid::from_u128(77), "x");
        assert_eq!(refusals(update(&world, &nobody).await), expect(&[(NotFound, "id")]));
        assert_eq!(world.product(id).await, before);
    }
}

#[tokio::test]
async fn a_change_on_an_old_state_is_a_conflict() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let seen = world.product(id).await.updated_at;
        let expecting = |title: &str| {
            let mut change = retitled(id, title);
            change.product.expected_updated_at = Some(seen);
            change
        };
        update(&world, &expecting("First")).await.unwrap();
        let second = update(&world, &expecting("Second")).await;
        assert_eq!(refusals(second), expect(&[(Conflict, "expectedUpdatedAt")]), "{}", world.on());
        assert_eq!(world.product(id).await.title, "First");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_of_one_product_are_both_kept() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let vendor = with(id, ProductInput { vendor: text("Makers"), ..ProductInput::default() });
        let title = retitled(id, "Blouse");
        for _ in 0..5 {
            let (first, second) = tokio::join!(update(&world, &vendor), update(&world, &title));
            first.unwrap();
            second.unwrap();
            let product = world.product(id).await;
            assert_eq!((product.title.as_str(), product.vendor.as_str()), ("Blouse", "Makers"), "{}", world.on());
            let back = ProductInput { title: text("Shirt"), vendor: text("Weavers"), ..ProductInput::default() };
            update(&world, &with(id, back)).await.unwrap();
        }
        world.check_derived().await;
    }
}

#[tokio::test]
async fn options_are_renamed_and_reordered_without_losing_variants() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let before = world.product(id).await;
        let value = |value: &str, was: Option<&str>| OptionValueInput {
            value: value.into(),
            was: was.map(str::to_owned),
            swatch: None,
        };
        let sizes = OptionInput {
            name: "Fit".into(),
            was: text("Size"),
            values: vec![value("Medium", Some("M")), value("Small", Some("S"))],
        };
        let change = |options| with(id, ProductInput { options: Some(options), ..ProductInput::default() });
        let done = update(&world, &change(vec![option("Color", &["Red", "Blue"]), sizes])).await.unwrap();
        let after = world.product(id).await;
        let values: Vec<&[String]> = after.variants.iter().map(|variant| &variant.option_values[..]).collect();
        assert_eq!(values, [["Red", "Small"], ["Red", "Medium"]]);
        assert_eq!(
            after.variants.iter().map(|it| it.id).collect::<Vec<_>>(),
            before.variants.iter().map(|it| it.id).collect::<Vec<_>>()
        );
        assert_eq!(done.changes.len(), 3, "the product and its variants");
        // Back to one option: they still differ.
        update(&world, &change(vec![option("Fit", &["Small", "Medium"])])).await.unwrap();
        assert_eq!(world.product(id).await.variants[1].option_values, ["Medium"]);
        world.check_derived().await;
    }
}

#[tokio::test]
async fn options_that_variants_need_stay() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let wrong = async |options| {
            refusals(
                update(&world, &with(id, ProductInput { options: Some(options), ..ProductInput::default() })).await,
            )
        };
        assert_eq!(wrong(vec![]).await, expect(&[(InUse, "options")]), "two variants would be the same");
        assert_eq!(wrong(vec![option("Size", &["S"])]).await, expect(&[(InUse, "options.0.values")]));
        let twice = vec![option("Size", &["S", "S", ""]), option("size", &[])];
        let expected = [
            (Duplicate, "options.0.values.1.value"),
            (Required, "options.0.values.2.value"),
            (Required, "options.1.values"),
            (Duplicate, "options.1.name"),
        ];
        assert_eq!(wrong(twice).await, expect(&expected));
        let unknown = OptionInput { was: text("Fit"), ..option("Size", &["S"]) };
        assert_eq!(wrong(vec![unknown]).await, expect(&[(NotFound, "options.0.was")]));
        let many = ["A", "B", "C"].map(|name| option(name, &["x"])).into_iter().chain([option("Size", &["S", "M"])]);
        assert_eq!(wrong(many.collect()).await, expect(&[(TooMany, "options")]));
        assert_eq!(world.product(id).await.options[0].values.len(), 3);
    }
}

#[tokio::test]
async fn a_product_is_shown_where_it_is_published() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let listed = async || world.lines("SELECT CAST(count(*) AS text) FROM listings").await;
        assert_eq!(listed().await, ["2"]);
        let gone = ["us".to_owned()];
        let done = world.act(async |tx, moment| unpublish(tx, id, &gone, moment).await).await.unwrap();
        assert_eq!(done.changes[0].after["publications"].as_object().unwrap().len(), 1);
        assert_eq!(listed().await, ["1"]);
        let later = start() + TimeDelta::days(9);
        let back = [PublicationInput { channel: "us".into(), published_at: Some(later) }];
        world.act(async |tx, moment| publish(tx, id, &back, moment).await).await.unwrap();
        let product = world.product(id).await;
        let times: Vec<(Uuid, bool)> =
            product.publications.iter().map(|it| (it.channel_id, it.published_at == later)).collect();
        assert_eq!(times, [(EU, false), (US, true)]);
        let archived = ProductInput { status: Some(ProductStatus::Archived), ..ProductInput::default() };
        update(&world, &with(id, archived)).await.unwrap();
        assert_eq!(listed().await, ["0"]);
        let moon = [PublicationInput { channel: "moon".into(), published_at: None }];
        let done = world.act(async |tx, moment| publish(tx, id, &moon, moment).await).await;
        assert_eq!(refusals(done), expect(&[(NotFound, "publications.0.channel")]));
        let done = world.act(async |tx, moment| publish(tx, id, &[], moment).await).await;
        assert_eq!(refusals(done), expect(&[(Required, "publications")]));
        let done = world.act(async |tx, moment| unpublish(tx, id, &["moon".to_owned()], moment).await).await;
        assert_eq!(refusals(done), expect(&[(NotFound, "channels.0")]));
        world.check_derived().await;
    }
}

#[tokio::test]
async fn a_product_goes_when_nobody_is_promised_units_of_it() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let variant = world.product(id).await.variants[0].id;
        world.stock(variant, 5).await;
        let hold = world.hold(variant).await;
        let delete = async || world.act(async |tx, moment| product_delete(tx, id, moment).await).await;
        assert_eq!(refusals(delete().await), expect(&[(UnitsHeld, "id")]), "{}", world.on());
        assert!(world.find(id).await.is_some());
        world.release(hold).await;
        let done = delete().await.unwrap();
        assert_eq!((done.changes.len(), &done.changes[0].before["title"]), (1, &json!("Shirt")));
        assert!(done.changes[0].after.is_null() && world.find(id).await.is_none());
        assert_eq!(refusals(delete().await), expect(&[(NotFound, "id")]));
        world.check_derived().await;
    }
}

#[tokio::test]
async fn a_product_without_options_has_one_variant() {
    for world in admin_world::each().await {
        let plain = |variants| NewProduct {
            product: ProductInput { title: text("Card"), ..ProductInput::default() },
            variants,
            ..NewProduct::default()
        };
        let id = world.create(&plain(vec![VariantInput::default()])).await;
        assert_eq!(world.product(id).await.variants[0].title(), "Default Title");
        let two = plain(vec![VariantInput::default(), VariantInput::default()]);
        let done = world.act(async |tx, moment| product_create(tx, &two, moment).await).await;
        assert_eq!(refusals(done), expect(&[(Taken, "variants.1.options")]));
        let chosen = plain(vec![VariantInput { options: Some(vec![choice("Size", "S")]), ..VariantInput::default() }]);
        let done = world.act(async |tx, moment| product_create(tx, &chosen, moment).await).await;
        assert_eq!(refusals(done), expect(&[(NotFound, "variants.0.options.0.option")]));
    }
}
