//! The law of everything precomputed: after any edits it is what a first write of the final state makes.
use crate::{
    derived::{Derived, connect, derived},
    edit::{Edit, edit},
    world::{self, World, collection_id, review},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sea_orm::{ConnectionTrait, Statement};
use tradewind_domain::review::Review;
use tradewind_persistence::{
    ledger::check_ledger,
    write::{self, Shop},
};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn edits_leave_what_a_first_write_makes() {
    for world in world::each().await {
        let runtime = tokio::runtime::Handle::current();
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(40) });
        let result = tokio::task::block_in_place(|| {
            runner.run(&vec(edit(), 1..10), |edits| {
                let (edited, fresh) = runtime.block_on(both(&world, &edits));
                prop_assert_eq!(edited, fresh);
                Ok(())
            })
        });
        result.unwrap_or_else(|error| panic!("on {}: {error}", world.backend()));
    }
}

async fn both(world: &World, edits: &[Edit]) -> (Derived, Derived) {
    for edit in edits {
        edit.apply(world).await;
    }
    let edited = derived(world).await;
    assert_eq!(check_ledger(&world.db).await.unwrap(), [], "{} after {edits:?}", world.backend());
    write_afresh(world, &edited).await;
    assert_eq!(check_ledger(&world.db).await.unwrap(), [], "{} written afresh", world.backend());
    (edited, derived(world).await)
}

/// Deletes every product, sees that nothing is left of them, and writes them again.
pub(crate) async fn write_afresh(world: &World, edited: &Derived) {
    let products = world.all().await;
    let reviews = stored_reviews(world).await;
    let tx = world.db.begin_write().await.unwrap();
    let ids: Vec<Uuid> = products.iter().map(|product| product.id).collect();
    write::delete_products(&tx, &ids).await.unwrap();
    tx.commit().await.unwrap();
    for (table, rows) in derived(world).await {
        assert_eq!(rows, [""; 0], "{table} after deleting all products on {}", world.backend());
    }
    let tx = world.db.begin_write().await.unwrap();
    let shop = Shop::load(&tx).await.unwrap();
    write::save_products(&tx, &shop, &products).await.unwrap();
    for number in 0..2 {
        let collection = collection_id(number);
        let prefix = format!("{} | ", collection.simple());
        let lines = edited["collection_products"].iter().filter_map(|line| line.strip_prefix(&prefix));
        let members: Vec<Uuid> = lines.map(|id| id.parse().unwrap()).collect();
        write::set_collection_products(&tx, collection, &members).await.unwrap();
    }
    write::save_reviews(&tx, &reviews).await.unwrap();
    tx.commit().await.unwrap();
}

async fn stored_reviews(world: &World) -> Vec<Review> {
    let db = connect(world).await;
    let rows = "SELECT id, product_id, rating FROM reviews";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), rows)).await.unwrap();
    let stored = |row: &sea_orm::QueryResult| {
        let (id, rating): (Uuid, i32) = (row.try_get("", "id").unwrap(), row.try_get("", "rating").unwrap());
        let product_id = row.try_get("", "product_id").unwrap();
        Review { id, product_id, ..review(0, 0, i16::try_from(rating).unwrap()) }
    };
    let reviews = rows.iter().map(stored).collect();
    db.close().await.unwrap();
    reviews
}
