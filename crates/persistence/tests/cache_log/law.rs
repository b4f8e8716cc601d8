//! The law of the log: where an answer is not what it was, one of its tags was logged in between.
use crate::{
    edit::{Edit, PRODUCTS, edit},
    entries::{Entries, entries},
    log::{Reader, tags},
    world::{self, World, category_id, product_id, variant_id},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_persistence::cache_log::Kind;
use tradewind_testkit::Backend;
use uuid::Uuid;

/// A change through the write side, or by somebody with SQL.
#[derive(Clone, Debug)]
enum Change {
    Edit(Edit),
    Sql(String),
}

/// `$id` stands for an id; the rows that it hits may not be there.
const STATEMENTS: [(&str, u8); 29] = [
    ("UPDATE products SET slug = slug || '-x' WHERE id = $id", 5),
    ("UPDATE products SET title = 'Other', seo_title = 'Other' WHERE id = $id", 5),
    ("UPDATE products SET description_html = description_html || 'x' WHERE id = $id", 5),
    ("UPDATE variants SET title = 'Other' WHERE id = $id", 6),
    ("UPDATE variants SET position = 0 WHERE id = $id", 6),
    ("DELETE FROM variants WHERE id = $id", 6),
    ("UPDATE variant_prices SET amount = amount + 1 WHERE variant_id = $id", 6),
    ("DELETE FROM variant_prices WHERE variant_id = $id", 6),
    ("UPDATE media SET alt = 'Other' WHERE product_id = $id", 5),
    ("DELETE FROM media WHERE product_id = $id", 5),
    ("DELETE FROM listings WHERE product_id = $id", 5),
    ("UPDATE listings SET availability = 0, min_price = 1 WHERE product_id = $id", 5),
    ("DELETE FROM listing_scopes WHERE product_id = $id", 5),
    ("DELETE FROM product_facets WHERE product_id = $id", 5),
    ("DELETE FROM collection_products WHERE product_id = $id", 5),
    ("DELETE FROM reviews WHERE product_id = $id", 5),
    ("UPDATE reviews SET body = body || 'x' WHERE product_id = $id", 5),
    ("UPDATE categories SET slug = slug || '-x', name = 'Other' WHERE id = $id AND slug NOT LIKE '%-x'", 3),
    ("UPDATE categories SET position = position + 1 WHERE id = $id", 3),
    ("UPDATE collections SET slug = slug || '-x', position = position + 1 WHERE id = $id AND slug NOT LIKE '%-x'", 4),
    ("UPDATE customers SET display_name = display_name || 'x' WHERE id = $id", 8),
    ("UPDATE customers SET phone = '+4930123456', version = version + 1 WHERE id = $id", 8),
    ("UPDATE customers SET disabled_at = created_at WHERE id = $id", 8),
    ("UPDATE sessions SET revoked_at = created_at WHERE customer_id = $id", 8),
    ("UPDATE sessions SET token_hash = token_hash || '-x' WHERE customer_id = $id", 8),
    ("DELETE FROM sessions WHERE customer_id = $id", 8),
    ("UPDATE addresses SET city = city || 'x' WHERE customer_id = $id", 8),
    ("DELETE FROM addresses WHERE customer_id = $id", 8),
    ("UPDATE channels SET name = name || 'x' WHERE id = $id", 1),
];

fn change() -> impl Strategy<Value = Change> {
    let sql = (prop::sample::select(STATEMENTS.to_vec()), 0..PRODUCTS, 1..5u32).prop_map(|((text, kind), n, child)| {
        let id = if kind == 6 { variant_id(n, child) } else { world::id(kind, n % 6) };
        Change::Sql(text.replace("$id", &id.to_string()))
    });
    prop_oneof![3 => edit().prop_map(Change::Edit), 2 => sql]
}

impl Change {
    async fn apply(&self, world: &World) {
        match self {
            Self::Edit(edit) => edit.apply(world).await,
            Self::Sql(text) => world.test_db.sabotage(&literal(world, text)).await,
        }
    }
}

/// Ids as the database writes them.
pub(crate) fn literal(world: &World, text: &str) -> String {
    let word = |word: &str| match Uuid::try_parse(word) {
        Ok(id) if world.backend() == Backend::Sqlite => format!("x'{}'", id.simple()),
        Ok(id) => format!("'{id}'"),
        Err(_) => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The law between two states; how many entries changed, by reader.
pub(crate) fn judge(
    before: &Entries,
    after: &Entries,
    logged: &BTreeSet<u64>,
    changed: &mut BTreeMap<String, usize>,
) -> Result<(), String> {
    for (name, old) in before {
        if old.value == after[name].value {
            continue;
        }
        if tags(&old.tags).is_disjoint(logged) {
            return Err(format!(
                "{name} changed, and no tag of {:?} was logged:\n{}\n{}",
                old.tags, old.value, after[name].value
            ));
        }
        let reader: Vec<&str> = name.split(' ').filter(|word| word.parse::<Uuid>().is_err()).take(2).collect();
        *changed.entry(reader.join(" ")).or_default() += 1;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_changes_without_a_trace() {
    for world in world::each().await {
        let runtime = tokio::runtime::Handle::current();
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(16) });
        let log = std::cell::RefCell::new((runtime.block_on_place(Reader::new(&world)), BTreeMap::new()));
        let result = tokio::task::block_in_place(|| {
            runner.run(&vec(change(), 1..8), |changes| {
                let (log, changed) = &mut *log.borrow_mut();
                let outcome = runtime.block_on(follow(&world, log, &changes, changed));
                outcome.map_err(|text| TestCaseError::fail(format!("{text}\nafter {changes:?}")))
            })
        });
        result.unwrap_or_else(|error| panic!("on {}: {error}", world.backend()));
        let changed = log.into_inner().1;
        println!("{}: changed entries by reader: {changed:?}", world.backend());
        // Usually 28 to 65: early changes may hide most of the catalog from the rest.
        assert!(changed.len() >= 15, "{}: the changes were seen by many readers: {changed:?}", world.backend());
    }
}

/// A future from a test that is asynchronous itself.
trait BlockOnPlace {
    fn block_on_place<F: Future>(&self, future: F) -> F::Output;
}

impl BlockOnPlace for tokio::runtime::Handle {
    fn block_on_place<F: Future>(&self, future: F) -> F::Output {
        tokio::task::block_in_place(|| self.block_on(future))
    }
}

async fn follow(
    world: &World,
    log: &mut Reader,
    changes: &[Change],
    changed: &mut BTreeMap<String, usize>,
) -> Result<(), String> {
    log.tags().await;
    let mut before = entries(world).await;
    for change in changes {
        change.apply(world).await;
        let after = entries(world).await;
        let logged = log.tags().await;
        judge(&before, &after, &logged, changed).map_err(|text| format!("{text}\nby {change:?}"))?;
        before = after;
    }
    Ok(())
}

#[tokio::test]
async fn a_bulk_write_is_one_tag_and_its_kinds_stay_apart() {
    for world in world::each().await {
        let mut log = Reader::new(&world).await;
        let tx = world.db.begin_write().await.unwrap();
        tx.bulk(&[Kind::Product]).await.unwrap();
        tx.bulk(&[Kind::Product, Kind::Channel]).await.unwrap();
        let shop = tradewind_persistence::write::Shop::load(&tx).await.unwrap();
        tradewind_persistence::write::save_products(&tx, &shop, &[world::plain(0)]).await.unwrap();
        tradewind_persistence::write::save_categories(&tx, &[world::category(1, Some(3))], world::now()).await.unwrap();
        tradewind_persistence::write::save_channels(&tx, &world::channels(), world::now()).await.unwrap();
        tx.commit().await.unwrap();
        let id = category_id(1);
        let expected = [
            "product:*".to_owned(),
            "channel:*".into(),
            "categories".into(),
            format!("category:{id}"),
            format!("children:{}", category_id(0)),
            format!("children:{}", category_id(3)),
        ];
        assert_eq!(log.tags().await, tags(expected), "{}", world.backend());
        // The next transaction is logged as ever.
        world
            .test_db
            .sabotage(&literal(&world, &format!("UPDATE products SET title = 'x' WHERE id = {}", product_id(0))))
            .await;
        let logged = log.tags().await;
        assert!(logged.is_superset(&tags([format!("product:{}", product_id(0))])), "{}", world.backend());
        assert!(logged.is_disjoint(&tags(["product:*"])), "{}", world.backend());
    }
}
