//! Staff give pictures to products.
use crate::admin_world::{self, World, expect, refusals};
use serde_json::json;
use tradewind_commerce::{
    catalog::{
        CatalogCode::*, MediaInput, Patch, VariantInput, VariantUpdate, media_add, media_delete, media_reorder,
        media_update, variant_bulk_update,
    },
    staff::OnError,
};
use tradewind_domain::audit::Subject;
use uuid::Uuid;

fn picture(url: &str) -> MediaInput {
    MediaInput { url: url.into(), alt: "A shirt".into(), width: Some(800), height: Some(600) }
}

async fn add(world: &World, id: Uuid, urls: &[&str]) -> admin_world::Done<Vec<Uuid>> {
    let inputs: Vec<MediaInput> = urls.iter().map(|url| picture(url)).collect();
    world.act(async |tx, moment| media_add(tx, id, &inputs, moment).await).await
}

#[tokio::test]
async fn pictures_come_move_and_go() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let done = add(&world, id, &["https://img.example/1", "https://img.example/2", "https://img.example/3"]).await;
        let done = done.unwrap();
        let ids = done.value;
        let subjects: Vec<Subject> = done.changes.iter().map(|change| change.subject).collect();
        assert_eq!(subjects, [Subject::Product, Subject::Media, Subject::Media, Subject::Media]);
        let update = VariantUpdate {
            id: world.product(id).await.variants[0].id,
            variant: VariantInput { media_id: Patch::Set(ids[0]), ..VariantInput::default() },
        };
        let policy = OnError::AllOrNothing;
        world.act(async |tx, moment| variant_bulk_update(tx, id, &[update], policy, moment).await).await.unwrap();

        let done = world.act(async |tx, moment| media_update(tx, id, ids[1], " Back ", moment).await).await.unwrap();
        assert_eq!(
            (&done.changes[0].before, &done.changes[0].after),
            (&json!({ "alt": "A shirt" }), &json!({ "alt": "Back" }))
        );
        let order = [ids[2]];
        let done = world.act(async |tx, moment| media_reorder(tx, id, &order, moment).await).await.unwrap();
        assert_eq!((done.changes.len(), &done.changes[0].after), (1, &json!({ "mediaIds": [ids[2], ids[0], ids[1]] })));
        let media = world.product(id).await.media;
        assert_eq!(
            media.iter().map(|it| (it.id, it.position)).collect::<Vec<_>>(),
            [(ids[2], 1), (ids[0], 2), (ids[1], 3)]
        );

        world.act(async |tx, moment| media_delete(tx, id, &ids[..1], moment).await).await.unwrap();
        let product = world.product(id).await;
        assert_eq!((product.media.len(), product.variants[0].media_id), (2, None));
        world.check_derived().await;
    }
}

#[tokio::test]
async fn pictures_are_addresses_of_the_web() {
    for world in admin_world::each().await {
        let id = world.shirt("Shirt").await;
        let long = format!("https://img.example/{}", "x".repeat(2_048));
        let urls = [
            "javascript:alert(1)",
            "http://img.example/1",
            "//img.example",
            "https://a:b@img.example/",
            "https:// x",
            &long,
        ];
        let codes: Vec<_> = refusals(add(&world, id, &urls).await);
        let expected = [
            (Invalid, "media.0.url"),
            (Invalid, "media.1.url"),
            (Invalid, "media.2.url"),
            (Invalid, "media.3.url"),
            (Invalid, "media.4.url"),
            (TooLong, "media.5.url"),
        ];
        assert_eq!(codes, expect(&expected), "{}", world.on());
        assert_eq!(refusals(add(&world, id, &[]).await), expect(&[(Required, "media")]));
        assert_eq!(
            refusals(add(&world, Uuid::nil(), &["https://a.example"]).await),
            expect(&[(NotFound, "productId")])
        );
        let nobody = Uuid::from_u128(5);
        let done = world.act(async |tx, moment| media_update(tx, id, nobody, "x", moment).await).await;
        assert_eq!(refusals(done), expect(&[(NotFound, "mediaId")]));
        let done = world.act(async |tx, moment| media_delete(tx, id, &[nobody, nobody], moment).await).await;
        let expected = [(NotFound, "mediaIds.0"), (NotFound, "mediaIds.1"), (Duplicate, "mediaIds.1")];
        assert_eq!(refusals(done), expect(&expected));
        for _ in 0..5 {
            let urls: Vec<String> = (0..50).map(|number| format!("https://img.example/{number}")).collect();
            add(&world, id, &urls.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
        }
        assert_eq!(refusals(add(&world, id, &["https://img.example/251"]).await), expect(&[(TooMany, "media")]));
    }
}
