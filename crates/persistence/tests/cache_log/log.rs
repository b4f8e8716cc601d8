//! What is logged, and how it is read.
use crate::world::{self, World, category_id, channel_id, collection_id, plain, product_id, slug, variant_id};
use std::collections::BTreeSet;
use tradewind_persistence::{
    DbConfig,
    cache_log::{CacheLog, Kind, LogPoll, tag},
};
use tradewind_testkit::Backend;

/// A log that has been read up to now.
pub(crate) struct Reader {
    pub(crate) log: CacheLog,
    pub(crate) last: LogPoll,
}

impl Reader {
    pub(crate) async fn new(world: &World) -> Self {
        let log = CacheLog::open(&DbConfig::new(world.test_db.url())).unwrap();
        let last = log.poll(None).await.unwrap();
        Self { log, last }
    }

    /// The tags that were logged since the last call.
    pub(crate) async fn tags(&mut self) -> BTreeSet<u64> {
        self.last = self.log.poll(Some(self.last.xmin)).await.unwrap();
        self.last.changes.iter().map(|(_, tag)| *tag).collect()
    }
}

pub(crate) fn tags<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> BTreeSet<u64> {
    names.into_iter().map(|name| tag(&[name.as_ref()])).collect()
}

#[tokio::test]
async fn a_product_is_logged_with_all_that_shows_it() {
    for world in world::each().await {
        let mut log = Reader::new(&world).await;
        world.save(&[plain(0)]).await;
        let (product, channel) = (product_id(0), [channel_id(0), channel_id(1)]);
        let mut expected = vec![format!("product:{product}"), format!("product-slug:{}", slug(0))];
        expected.extend((1..3).map(|n| format!("variant:{}", variant_id(0, n))));
        for channel in channel {
            expected.extend([format!("listings:{channel}"), format!("scopes:{channel}")]);
            for scope in [category_id(0), category_id(1), category_id(2), collection_id(3)] {
                expected.push(format!("scope:{channel}:{scope}"));
            }
        }
        expected.extend(["search".to_owned()]);
        assert_eq!(log.tags().await, tags(expected), "{}", world.backend());
        assert_eq!(log.tags().await, tags::<&str>([]), "{}: told once", world.backend());
        assert_eq!(Kind::Product.all(), tag(&["product:*"]));
    }
}

#[tokio::test]
async fn a_product_that_is_saved_again_is_logged_where_it_differs() {
    for world in world::each().await {
        let (backend, product) = (world.backend(), product_id(0));
        world.save(&[plain(0)]).await;
        let mut log = Reader::new(&world).await;
        world.save(&[plain(0)]).await;
        // SQLite's triggers do not compare: whatever was updated counts as changed.
        let own = match backend {
            Backend::Sqlite => vec![variant_id(0, 1), variant_id(0, 2)],
            _ => Vec::new(),
        };
        let own: Vec<_> = own.into_iter().map(|id| format!("variant:{id}")).collect();
        let of_product = (backend == Backend::Sqlite).then(|| format!("product:{product}"));
        assert_eq!(log.tags().await, tags(own.iter().cloned().chain(of_product)), "{backend}: nothing differs");

        let mut changed = plain(0);
        changed.seo_title = Some("For search engines".to_owned());
        world.save(&[changed.clone()]).await;
        let expected = own.into_iter().chain([format!("product:{product}")]);
        assert_eq!(log.tags().await, tags(expected), "{backend}: no list shows it");

        let variant = changed.variants[0].id;
        let price = &mut changed.variants[0].prices[0];
        price.amount += 100_000;
        let channel = price.channel_id;
        world.save(&[changed]).await;
        let expected = [
            format!("product:{product}"),
            format!("product-slug:{}", slug(0)),
            format!("variant:{variant}"),
            format!("listings:{channel}"),
        ];
        let other = [channel_id(0), channel_id(1)].into_iter().find(|id| *id != channel).unwrap();
        let logged = log.tags().await;
        assert!(logged.is_superset(&tags(expected)), "{backend}: the channel of the price");
        assert!(logged.is_disjoint(&tags([format!("listings:{other}"), format!("scopes:{other}")])), "{backend}");
    }
}
