//! A second tier that does not answer.
use crate::support::{Database, Tailed, config, get};
use futures_util::future::BoxFuture;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep};
use tradewind_cache::{Cache, Use};
use tradewind_kv::{Kv, KvError, Put};

const LIMIT: Duration = Duration::from_millis(40);

/// Each call ends with its time.
#[derive(Debug, Default)]
struct Hung {
    calls: AtomicUsize,
}

impl Hung {
    fn hang<T: Send + 'static>(&self) -> BoxFuture<'_, Result<T, KvError>> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            sleep(LIMIT).await;
            Err(KvError::Timeout(LIMIT))
        })
    }
}

impl Kv for Hung {
    fn mget(&self, _: Vec<String>) -> BoxFuture<'_, Result<Vec<Option<bytes::Bytes>>, KvError>> {
        self.hang()
    }
    /// In the background: nobody waits for it.
    fn set(&self, _: Vec<Put>) -> BoxFuture<'_, Result<(), KvError>> {
        Box::pin(async { Ok(()) })
    }
    fn set_nx(&self, _: Vec<String>, _: Duration) -> BoxFuture<'_, Result<Vec<bool>, KvError>> {
        self.hang()
    }
    fn increment(&self, _: String, _: Duration) -> BoxFuture<'_, Result<u64, KvError>> {
        self.hang()
    }
    fn ping(&self) -> BoxFuture<'_, Result<(), KvError>> {
        self.hang()
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_once_for_it() {
    let db = Arc::new(Database::default());
    db.write(1, Some(10));
    let kv = Arc::new(Hung::default());
    let cache = Cache::start(config(), Arc::new(Tailed(Arc::clone(&db))), None, Some(Arc::clone(&kv) as Arc<dyn Kv>));
    // The log is read, and a new history noted.
    sleep(Duration::from_millis(100)).await;
    for request in 0..2 {
        let view = cache.view(None, Use::ReadWrite);
        let (began, before) = (Instant::now(), kv.calls.load(Ordering::SeqCst));
        for batch in 0..3 {
            get(&view, &db, &[1 + request * 3 + batch]).await.0.unwrap();
        }
        assert_eq!(kv.calls.load(Ordering::SeqCst) - before, 1, "neither the next batch nor the agreement asks again");
        assert!(began.elapsed() < 2 * LIMIT, "virtual time: exact");
    }
}
