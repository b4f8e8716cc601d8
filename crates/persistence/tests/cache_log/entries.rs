//! What a cache would hold: the answer of every reader for every key, with the tags that docs/caching.md gives it.
use crate::{
    edit::PRODUCTS,
    lists::lists,
    world::{
        World, category_id, channel_id, collection_id, customer_id, media_id, now, product_id, review_id, slug, token,
        variant_id,
    },
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use tradewind_persistence::{
    Db,
    read::{
        ChildPage, Scope, address, category, channel, collection, customer, media,
        product::{self, ProductColumns},
        publication, review,
        search::{SearchQuery, with_corrections},
        session, suggestion, variant,
    },
};
use uuid::Uuid;

/// An answer, and what it was made of.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) value: serde_json::Value,
    pub(crate) tags: Vec<String>,
}

/// Entries by reader and key.
pub(crate) type Entries = BTreeMap<String, Entry>;

pub(crate) fn put(entries: &mut Entries, name: String, value: impl Serialize, tags: Vec<String>) {
    let value = serde_json::to_value(value).unwrap();
    let old = entries.insert(name.clone(), Entry { value, tags });
    assert!(old.is_none(), "two entries are called {name}");
}

/// One entry for each key, absent ones too; the tags are those of the key and, where something was found, of the row.
fn put_each<R: Serialize>(
    entries: &mut Entries,
    reader: &str,
    keys: &[Uuid],
    rows: Vec<R>,
    id: impl Fn(&R) -> Uuid,
    tags: impl Fn(Uuid, Option<&R>) -> Vec<String>,
) {
    for key in keys {
        let row = rows.iter().find(|row| id(row) == *key);
        put(entries, format!("{reader} {key}"), row, tags(*key, row));
    }
}

fn put_groups<R: Serialize>(
    entries: &mut Entries,
    reader: &str,
    keys: &[Uuid],
    groups: HashMap<Uuid, Vec<R>>,
    tags: impl Fn(Uuid, &[R]) -> Vec<String>,
) {
    for key in keys {
        let group = groups.get(key).map_or(&[][..], Vec::as_slice);
        put(entries, format!("{reader} {key}"), group, tags(*key, group));
    }
}

/// Every reader, for every key that there could be.
pub(crate) async fn entries(world: &World) -> Entries {
    let mut entries = Entries::new();
    for number in 0..2 {
        let scope = Scope::new(channel_id(number), now());
        visible(&mut entries, &world.db, scope).await;
        children(&mut entries, &world.db, scope).await;
        lists(&mut entries, &world.db, scope).await;
        words(&mut entries, &world.db, scope).await;
    }
    behind_products(&mut entries, &world.db).await;
    categories(&mut entries, &world.db).await;
    collections(&mut entries, &world.db).await;
    let authors: Vec<Uuid> = (0..6).map(customer_id).collect();
    let rows = customer::authors_by_ids(&world.db, authors.clone()).await.unwrap();
    put_each(&mut entries, "author", &authors, rows, |row| row.id, |id, _| vec![format!("customer:{id}")]);
    accounts(&mut entries, &world.db).await;
    put(&mut entries, "channels".into(), channel::all_channels(&world.db).await.unwrap(), vec!["channels".into()]);
    entries
}

/// What a customer sees of the own account, and what a token stands for: [`world::token`] and what becomes of it.
async fn accounts(entries: &mut Entries, db: &Db) {
    let customers: Vec<Uuid> = (0..6).map(customer_id).collect();
    let rows = customer::profiles_by_ids(db, customers.clone()).await.unwrap();
    put_each(entries, "profile", &customers, rows, |row| row.id, |id, _| vec![format!("customer:{id}")]);
    let rows = address::addresses_by_customers(db, customers.clone()).await.unwrap();
    put_groups(entries, "addresses", &customers, rows, |id, _| vec![format!("addresses:{id}")]);
    let tokens: Vec<String> = (0..6).flat_map(|n| [token(n), format!("{}-x", token(n))]).collect();
    let rows = session::sessions_by_token_hashes(db, tokens.clone()).await.unwrap();
    for token in tokens {
        let row = rows.iter().find(|row| row.token_hash == token);
        let tags = [format!("session-token:{token}")].into_iter().chain(row.map(|row| format!("session:{}", row.id)));
        put(entries, format!("session {token}"), row, tags.collect());
    }
    let mut rows = session::devices_by_customers(db, customers.clone(), 10, now()).await.unwrap();
    for device in rows.values_mut().flatten() {
        // A use leaves no trace in the log.
        device.last_seen_at = None;
    }
    put_groups(entries, "devices", &customers, rows, |id, _| vec![format!("customer-sessions:{id}")]);
}

fn products() -> Vec<Uuid> {
    (0..=PRODUCTS).map(product_id).collect()
}

async fn visible(entries: &mut Entries, db: &Db, scope: Scope) {
    let channel = scope.channel_id;
    for columns in [ProductColumns::Card, ProductColumns::Description] {
        let rows = product::products_by_ids(db, scope, columns, products()).await.unwrap();
        let reader = format!("{channel} product {columns:?}");
        put_each(entries, &reader, &products(), rows, |row| row.id, |id, _| vec![format!("product:{id}")]);
    }
    let slugs: Vec<String> = (0..=PRODUCTS).flat_map(|n| [slug(n), format!("{}-x", slug(n))]).collect();
    let rows = product::products_by_slugs(db, scope, ProductColumns::Card, slugs.clone()).await.unwrap();
    for slug in slugs {
        let row = rows.iter().find(|row| row.slug == slug);
        let tags = [format!("product-slug:{slug}")].into_iter().chain(row.map(|row| format!("product:{}", row.id)));
        put(entries, format!("{channel} product {slug}"), row, tags.collect());
    }
    // Whoever is absent may be there and hidden: then the channel's listings tell when it can be seen.
    let tags = |kind: &'static str, id: Uuid, product: Option<Uuid>| {
        let shown = product.map_or_else(|| format!("listings:{channel}"), |product| format!("product:{product}"));
        vec![format!("{kind}:{id}"), shown]
    };
    let variants: Vec<Uuid> = (0..PRODUCTS).flat_map(|p| (1..5).map(move |n| variant_id(p, n))).collect();
    let rows = variant::variants_by_ids(db, scope, variants.clone()).await.unwrap();
    let reader = format!("{channel} variant");
    put_each(
        entries,
        &reader,
        &variants,
        rows,
        |row| row.id,
        |id, row| tags("variant", id, row.map(|row| row.product_id)),
    );
    let media: Vec<Uuid> = (0..PRODUCTS).flat_map(|p| (0..4).map(move |n| media_id(p, n))).collect();
    let rows = media::media_by_ids(db, scope, media.clone()).await.unwrap();
    let reader = format!("{channel} medium");
    put_each(entries, &reader, &media, rows, |row| row.id, |id, row| tags("media", id, row.map(|row| row.product_id)));
    let reviews: Vec<Uuid> = (0..9).map(review_id).collect();
    let rows = review::reviews_by_ids(db, scope, reviews.clone()).await.unwrap();
    let reader = format!("{channel} review");
    put_each(
        entries,
        &reader,
        &reviews,
        rows,
        |row| row.id,
        |id, row| tags("review", id, row.map(|row| row.product_id)),
    );
}

async fn children(entries: &mut Entries, db: &Db, scope: Scope) {
    let channel = scope.channel_id;
    let tags = |id: Uuid| vec![format!("product:{id}")];
    let page = ChildPage { parent: Uuid::nil(), first: 2, after: None };
    let rows = variant::variant_pages(db, scope, page, products()).await.unwrap();
    put_groups(entries, &format!("{channel} variants"), &products(), rows, |id, _| tags(id));
    let rows = variant::variant_counts(db, scope, products()).await.unwrap();
    put_each(entries, &format!("{channel} variant count"), &products(), rows, |row| row.product_id, |id, _| tags(id));
    let choice = vec!["[\"Red\"]".to_owned(), "[]".to_owned()];
    for id in products() {
        let rows = variant::variants_by_choice(db, scope, vec![id], choice.clone()).await.unwrap();
        put(entries, format!("{channel} choice {id}"), rows, tags(id));
    }
}

async fn behind_products(entries: &mut Entries, db: &Db) {
    let tags = |id: Uuid| vec![format!("product:{id}")];
    let rows = product::details_by_product(db, products()).await.unwrap();
    put_each(entries, "details", &products(), rows, |row| row.product_id, |id, _| tags(id));
    let rows = product::descriptions_by_product(db, products()).await.unwrap();
    put_each(entries, "description", &products(), rows, |row| row.product_id, |id, _| tags(id));
    put_groups(entries, "media", &products(), media::media_by_products(db, products()).await.unwrap(), |id, _| {
        tags(id)
    });
    let rows = media::featured_media(db, products()).await.unwrap();
    put_each(entries, "featured", &products(), rows, |row| row.product_id, |id, _| tags(id));
    let rows = collection::collections_by_products(db, products()).await.unwrap();
    put_groups(entries, "collections of", &products(), rows, |id, rows| {
        tags(id).into_iter().chain(rows.iter().map(|row| format!("collection:{}", row.id))).collect()
    });
    let page = ChildPage { parent: Uuid::nil(), first: 3, after: None };
    let rows = review::review_pages(db, page, products()).await.unwrap();
    put_groups(entries, "reviews", &products(), rows, |id, _| vec![format!("reviews:{id}")]);
}

async fn categories(entries: &mut Entries, db: &Db) {
    let ids: Vec<Uuid> = (0..7).map(category_id).collect();
    let rows = category::categories_by_ids(db, ids.clone()).await.unwrap();
    put_each(entries, "category", &ids, rows, |row| row.id, |id, _| vec![format!("category:{id}")]);
    let slugs: Vec<String> = (0..7).flat_map(|n| [format!("category-{n}"), format!("category-{n}-x")]).collect();
    let rows = category::categories_by_slugs(db, slugs.clone()).await.unwrap();
    for slug in slugs {
        let row = rows.iter().find(|row| row.slug == slug);
        let tags = [format!("category-slug:{slug}")].into_iter().chain(row.map(|row| format!("category:{}", row.id)));
        put(entries, format!("category {slug}"), row, tags.collect());
    }
    put(entries, "roots".into(), category::root_categories(db, 100).await.unwrap(), vec!["children:root".into()]);
    let rows = category::categories_by_parents(db, ids.clone()).await.unwrap();
    put_groups(entries, "children", &ids, rows, |id, _| vec![format!("children:{id}")]);
    let rows = category::category_ancestors(db, ids.clone()).await.unwrap();
    put_groups(entries, "ancestors", &ids, rows, |id, way| {
        [id].into_iter().chain(way.iter().map(|row| row.id)).map(|id| format!("category:{id}")).collect()
    });
    let rows = suggestion::categories_like(db, "category", 100).await.unwrap();
    put(entries, "categories like".into(), rows, vec!["categories".into()]);
}

async fn collections(entries: &mut Entries, db: &Db) {
    let ids: Vec<Uuid> = (0..5).map(collection_id).collect();
    let rows = collection::collections_by_ids(db, ids.clone()).await.unwrap();
    put_each(entries, "collection", &ids, rows, |row| row.id, |id, _| vec![format!("collection:{id}")]);
    let slugs: Vec<String> = (0..5).flat_map(|n| [format!("collection-{n}"), format!("collection-{n}-x")]).collect();
    let rows = collection::collections_by_slugs(db, slugs.clone()).await.unwrap();
    for slug in slugs {
        let row = rows.iter().find(|row| row.slug == slug);
        let tags =
            [format!("collection-slug:{slug}")].into_iter().chain(row.map(|row| format!("collection:{}", row.id)));
        put(entries, format!("collection {slug}"), row, tags.collect());
    }
    let all = || vec!["collections".to_owned()];
    put(entries, "collection page".into(), collection::collections_page(db, None, false, 3).await.unwrap(), all());
    put(entries, "collection count".into(), collection::collection_count(db).await.unwrap(), all());
    put(entries, "collections like".into(), suggestion::collections_like(db, "collection", 100).await.unwrap(), all());
}

async fn words(entries: &mut Entries, db: &Db, scope: Scope) {
    let channel = scope.channel_id;
    let rows = suggestion::completions(db, scope, "s", 10).await.unwrap();
    put(entries, format!("{channel} completions"), rows, vec!["search".into(), format!("listings:{channel}")]);
    let query = with_corrections(db, SearchQuery::parse("shrit").unwrap()).await.unwrap();
    put(entries, format!("{channel} corrections"), query.words, vec!["search".into()]);
    let next = publication::next_publications(db, channel, scope.now).await.unwrap();
    put(entries, format!("{channel} next publication"), next, vec![format!("listings:{channel}")]);
}
