//! The law: a request makes one batch per loader and level, whatever the shape, the yields and the load.

use futures_util::future::{BoxFuture, join_all};
use parking_lot::Mutex;
use proptest::{collection::vec, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    sync::Arc,
    task::Poll,
};
use tradewind_loader::{Batch, Frontier, Loaded, Loader};

/// A resolver: it loads `key` and then resolves its children.
#[derive(Debug, Clone)]
struct Node {
    loader: usize,
    key: u16,
    /// Times that it asks to be polled again before it loads.
    yields: u8,
    children: Vec<Node>,
}

fn tree() -> impl Strategy<Value = Vec<Node>> {
    let leaf = (0..3usize, 0..40u16, 0..3u8).prop_map(|(loader, key, yields)| Node {
        loader,
        key,
        yields,
        children: Vec::new(),
    });
    let node = leaf.prop_recursive(6, 80, 5, |children| {
        (0..3usize, 0..40u16, 0..3u8, vec(children, 0..5)).prop_map(|(loader, key, yields, children)| Node {
            loader,
            key,
            yields,
            children,
        })
    });
    vec(node, 1..4)
}

/// The keys of each batch, by level and loader.
type Batches = BTreeMap<(u32, usize), BTreeSet<u16>>;

/// What the law says: a key that is known costs nothing, and its children belong to the level at hand.
fn expected(roots: &[Node]) -> Batches {
    let mut known = BTreeSet::new();
    let mut batches = Batches::new();
    let mut frontier: Vec<&Node> = roots.iter().collect();
    for level in 1.. {
        let mut waiting = Vec::new();
        while let Some(node) = frontier.pop() {
            if known.contains(&(node.loader, node.key)) {
                frontier.extend(&node.children);
            } else {
                waiting.push(node);
            }
        }
        if waiting.is_empty() {
            break;
        }
        for node in waiting {
            known.insert((node.loader, node.key));
            batches.entry((level, node.loader)).or_default().insert(node.key);
            frontier.extend(&node.children);
        }
    }
    batches
}

/// Loader and keys of each fetch, in the order in which they started.
type Fetches = Arc<Mutex<Vec<(usize, BTreeSet<u16>)>>>;

/// One of three kinds of loader; its fetch yields a number of times that depends on the keys and on the seed.
struct Layer<const L: usize> {
    seed: u64,
    fetches: Fetches,
}

impl<const L: usize> Batch for Layer<L> {
    const NAME: &'static str = ["a", "b", "c"][L];
    type Key = u16;
    type Value = u16;
    type Error = String;

    async fn fetch(&self, keys: Vec<u16>) -> Result<Loaded<u16, u16>, String> {
        self.fetches.lock().push((L, keys.iter().copied().collect()));
        let sum = keys.iter().map(|key| u64::from(*key)).sum::<u64>();
        for _ in 0..(sum ^ self.seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 61 {
            tokio::task::yield_now().await;
        }
        Ok(keys.into_iter().map(|key| (key, key)).collect())
    }
}

struct Loaders(Loader<Layer<0>>, Loader<Layer<1>>, Loader<Layer<2>>);

impl Loaders {
    async fn load(&self, node: &Node) -> u16 {
        let value = match node.loader {
            0 => self.0.load(node.key).await,
            1 => self.1.load(node.key).await,
            _ => self.2.load(node.key).await,
        };
        value.unwrap().unwrap()
    }

    fn resolve<'a>(&'a self, node: &'a Node) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            yield_in_execution(node.yields).await;
            assert_eq!(self.load(node).await, node.key);
            join_all(node.children.iter().map(|child| self.resolve(child))).await;
        })
    }
}

/// Asks to be polled again at once, as `FuturesUnordered` does. (tokio's `yield_now` is input from outside: it is woken
/// only after the task has returned.)
async fn yield_in_execution(mut times: u8) {
    poll_fn(|cx| {
        if times == 0 {
            return Poll::Ready(());
        }
        times -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn batches_of(roots: &[Node], seed: u64) -> Batches {
    let frontier = Frontier::new();
    let fetches = Fetches::default();
    let loaders = Loaders(
        frontier.loader(Layer { seed, fetches: fetches.clone() }),
        frontier.loader(Layer { seed, fetches: fetches.clone() }),
        frontier.loader(Layer { seed, fetches: fetches.clone() }),
    );
    frontier.run(join_all(roots.iter().map(|root| loaders.resolve(root)))).await;
    let fetches = fetches.lock();
    let reports = frontier.reports();
    assert_eq!(reports.len(), fetches.len(), "one report per fetch");
    let mut batches = Batches::new();
    for (report, (loader, keys)) in reports.iter().zip(&*fetches) {
        assert_eq!((report.loader, report.keys), (["a", "b", "c"][*loader], keys.len()));
        let twice = batches.insert((report.level, *loader), keys.clone());
        assert_eq!(twice, None, "two batches of {} in level {}", report.loader, report.level);
    }
    batches
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_batch_per_loader_and_level_among_32_concurrent_requests(roots in tree(), seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
        let roots: Arc<[Node]> = roots.into();
        let expected = expected(&roots);
        runtime.block_on(async {
            let requests = (0..32).map(|request| {
                let roots = roots.clone();
                tokio::spawn(async move { batches_of(&roots, seed.wrapping_add(request)).await })
            });
            for batches in join_all(requests).await {
                assert_eq!(batches.unwrap(), expected);
            }
        });
    }

    #[test]
    fn one_fetch_per_level_of_a_tree_with_one_loader_per_level(
        fan_out in vec(1..4u16, 1..7), // at most 3^6 keys, below the size of a chunk
        seed in any::<u64>(),
    ) {
        fn grow(fan_out: &[u16], level: usize, path: u16) -> Vec<Node> {
            let Some((first, rest)) = fan_out.split_first() else { return Vec::new() };
            let node = |child| {
                let key = path * 4 + child + 1;
                Node { loader: level % 3, key, yields: 0, children: grow(rest, level + 1, key) }
            };
            (0..*first).map(node).collect()
        }
        let roots = grow(&fan_out, 0, 0);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let batches = runtime.block_on(batches_of(&roots, seed));
        prop_assert_eq!(batches.len(), fan_out.len());
    }
}
