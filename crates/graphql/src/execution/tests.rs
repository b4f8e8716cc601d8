//! What a walk costs when it cannot be done.
use super::{Rendering, direct};
use crate::answer::OutputTypes;
use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Request, Result, Schema};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};
use tradewind_loader::{Batch, Frontier, Loaded, Loader};

/// Fails, and counts how often.
struct Failing(Arc<AtomicUsize>);

impl Batch for Failing {
    const NAME: &'static str = "failing";
    type Key = u32;
    type Value = i32;
    type Error = String;

    async fn fetch(&self, _: Vec<u32>) -> Result<Loaded<u32, i32>, String> {
        self.0.fetch_add(1, Relaxed);
        Err("failed".to_owned())
    }
}

struct Level;

#[Object(crate = "crate::execution")]
impl Level {
    async fn next(&self) -> Level {
        Level
    }
    async fn fails(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        Ok(ctx.data_unchecked::<Loader<Failing>>().load(1).await.map_err(|_| "failed")?)
    }
}
crate::policy::governed! { crate::policy::Decision::Part => Level, Query; }
direct!(Level { "next" => next, "fails" => fails, });

struct Query;

#[Object(crate = "crate::execution")]
impl Query {
    async fn root(&self) -> Level {
        Level
    }
}
direct!(Query { "root" => root, });

#[test]
fn a_batch_that_fails_is_fetched_once() {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let types = Arc::new(OutputTypes::parse(&schema.sdl()).unwrap());
    let (frontier, fetches) = (Frontier::new(), Arc::new(AtomicUsize::new(0)));
    let rendering = Rendering {
        types,
        is_direct: true,
        frontier: frontier.clone(),
        objects: None,
        has_failed: AtomicBool::new(false),
    };
    let loader = frontier.loader(Failing(Arc::clone(&fetches)));
    let request = Request::new("{ root { next { next { next { fails } } } } }").data(loader).data(rendering);
    let response = futures_executor::block_on(frontier.run(schema.execute(request)));
    assert_eq!(response.errors.len(), 1);
    // By the walk; its error is told where it has its path.
    assert_eq!(fetches.load(Relaxed), 1);
}
