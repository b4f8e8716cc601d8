//! What is one viewer's is never given to another, whatever lies in the second tier.
use crate::support::{Database, Tailed, config};
use futures_util::future::BoxFuture;
use prometheus_client::registry::Registry;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::sleep;
use tradewind_cache::{Cache, CacheConfig, CacheMetrics, Cached, Policy, Tag, Use};
use tradewind_kv::{Kv, KvError, Memory, Put};

struct Names;

impl Cached for Names {
    const NAME: &'static str = "name";
    const POLICY: Policy = Policy::private(60);
    const SHAPE: &'static str = "1";
    type Key = u32;
    type Value = String;

    fn write_key(&self, key: &u32, out: &mut String) {
        out.push_str(&key.to_string());
    }
    fn key_tags(&self, key: &u32, out: &mut Vec<Tag>) {
        out.push(Tag((*key).into()));
    }
    fn value_tags(&self, _: &u32, _: &String, _: &mut Vec<Tag>) {}
    fn weight(value: &String) -> usize {
        value.len()
    }
}

/// A store that forgets whose an entry is.
#[derive(Debug)]
struct Careless(Memory);

fn anybodys(key: &str) -> String {
    key.rsplit_once(":v").map_or(key, |(rest, _)| rest).to_owned()
}

impl Kv for Careless {
    fn mget(&self, keys: Vec<String>) -> BoxFuture<'_, Result<Vec<Option<bytes::Bytes>>, KvError>> {
        self.0.mget(keys.iter().map(|key| anybodys(key)).collect())
    }
    fn set(&self, values: Vec<Put>) -> BoxFuture<'_, Result<(), KvError>> {
        self.0.set(values.into_iter().map(|put| Put { key: anybodys(&put.key), ..put }).collect())
    }
    fn set_nx(&self, keys: Vec<String>, ttl: Duration) -> BoxFuture<'_, Result<Vec<bool>, KvError>> {
        self.0.set_nx(keys, ttl)
    }
    fn increment(&self, key: String, ttl: Duration) -> BoxFuture<'_, Result<u64, KvError>> {
        self.0.increment(key, ttl)
    }
    fn ping(&self) -> BoxFuture<'_, Result<(), KvError>> {
        self.0.ping()
    }
}

async fn name(cache: &Cache, viewer: u64) -> (String, tradewind_cache::Lookup) {
    let load = |keys: Vec<u32>, _| async move {
        Ok::<_, String>(keys.into_iter().map(|key| (key, format!("of {viewer}"))).collect::<HashMap<_, _>>())
    };
    let (got, found) = cache.view(Some(viewer), Use::ReadWrite).get_many(&Names, vec![1], load).await;
    (got.unwrap().remove(&1).unwrap(), found)
}

#[tokio::test(start_paused = true)]
async fn an_entry_of_another_viewer_is_denied_and_counted() {
    let db = Arc::new(Database::default());
    let kv: Arc<dyn Kv> = Arc::new(Careless(Memory::new(1 << 20)));
    let mut registry = Registry::default();
    let metrics = CacheMetrics::register(&mut registry);
    let instance = |metrics: &CacheMetrics| {
        let config = CacheConfig { metrics: metrics.clone(), ..config() };
        Cache::start(config, Arc::new(Tailed(Arc::clone(&db))), None, Some(Arc::clone(&kv)))
    };
    let (a, b) = (instance(&CacheMetrics::default()), instance(&metrics));
    assert_eq!(name(&a, 7).await.0, "of 7");
    sleep(Duration::from_millis(5)).await;

    let (got, found) = name(&b, 8).await;
    assert_eq!((got.as_str(), found.l2, found.missed), ("of 8", 0, 1));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    assert!(text.contains("cache_key_denied_total{why=\"viewer\"} 1\n"), "{text}");

    // Its owner gets it: what was denied is not what is damaged. (8 wrote its own over it by now.)
    sleep(Duration::from_millis(5)).await;
    let c = instance(&CacheMetrics::default());
    let (got, found) = name(&c, 8).await;
    assert_eq!((got.as_str(), found.l2, found.missed), ("of 8", 1, 0));
    // In the first tier, each viewer has a key of its own.
    assert_eq!(name(&b, 8).await.1.l1, 1);
    assert_eq!(name(&b, 9).await.0, "of 9");
}

#[tokio::test(start_paused = true)]
async fn without_a_viewer_what_is_private_is_not_kept() {
    let db = Arc::new(Database::default());
    let cache = Cache::start(config(), Arc::new(Tailed(db)), None, None);
    let view = cache.view(None, Use::ReadWrite);
    let load = |_: Vec<u32>, _| async { Ok::<_, String>(HashMap::from([(1, "somebody".to_owned())])) };
    let (got, found) = view.get_many(&Names, vec![1], load).await;
    assert_eq!((got.unwrap().len(), found.bypassed, cache.l1_size().0), (1, 1, 0));
    assert!(view.summary().stamp(0).is_none());
}
