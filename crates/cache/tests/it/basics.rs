use crate::support::{Database, get, start};
use std::sync::Arc;
use tradewind_cache::Use;

#[tokio::test(start_paused = true)]
async fn a_second_read_is_a_hit_and_a_write_supersedes_it() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let cache = start(&db);
    let (got, found) = get(&cache.view(None, Use::ReadWrite), &db, &[1, 2]).await;
    assert_eq!(got.unwrap().get(&1), Some(&10));
    assert_eq!((found.missed, found.negative), (2, 1));

    let (got, found) = get(&cache.view(None, Use::ReadWrite), &db, &[1, 2]).await;
    assert_eq!(got.unwrap().len(), 1);
    assert_eq!((found.l1, found.negative, db.loads()), (2, 1, 1));

    db.write(2, Some(20));
    cache.commit_wait(tokio::time::Instant::now().into_std()).await;
    let (got, found) = get(&cache.view(None, Use::ReadWrite), &db, &[1, 2]).await;
    assert_eq!(got.unwrap().get(&2), Some(&20));
    assert_eq!((found.l1, found.superseded, db.loads()), (1, 1, 2));
}
