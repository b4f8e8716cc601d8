//! A connection that was taken from the pool, and how busy it is.
use super::tls::Tls;
use crate::{row::Rows, sql::Arg};
use deadpool_postgres::Object;
use futures_util::TryStreamExt;
use parking_lot::Mutex;
use std::{
    pin::pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};
use tokio_postgres::{
    Error,
    types::{ToSql, Type},
};
use tradewind_resilience::Entered;

/// Statements that a connection remembers. Lists have a text for each combination of filters, so there is no end to
/// them; each costs memory on both sides.
const MOST_STATEMENTS: usize = 512;

pub(super) struct Checkout {
    /// None while it is dropped.
    object: Option<Object>,
    tls: Tls,
    load: Mutex<Load>,
    retired: AtomicBool,
    /// Given back after the connection.
    _turn: Entered,
}

/// What is under way.
#[derive(Clone, Copy, Debug)]
struct Load {
    statements: usize,
    /// When a statement ended last, or when the first of them was sent.
    progress: Instant,
}

impl std::fmt::Debug for Checkout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checkout").field("load", &self.load).field("retired", &self.retired).finish_non_exhaustive()
    }
}

impl Checkout {
    pub(super) fn new(object: Object, tls: Tls, turn: Entered) -> Self {
        let load = Mutex::new(Load { statements: 0, progress: Instant::now() });
        Self { object: Some(object), tls, load, retired: AtomicBool::new(false), _turn: turn }
    }

    fn client(&self) -> &Object {
        // Only `drop` takes it.
        #[allow(clippy::expect_used)]
        self.object.as_ref().expect("a connection until it is dropped")
    }

    pub(super) fn begin(&self) {
        let mut load = self.load.lock();
        if load.statements == 0 {
            load.progress = Instant::now();
        }
        load.statements += 1;
    }

    pub(super) fn end(&self) {
        let mut load = self.load.lock();
        load.statements = load.statements.saturating_sub(1);
        load.progress = Instant::now();
    }

    /// Statements under way; None when the first of them takes longer than that.
    pub(super) fn load(&self, slow: Duration) -> Option<usize> {
        let load = *self.load.lock();
        (load.statements == 0 || load.progress.elapsed() < slow).then_some(load.statements)
    }

    pub(super) fn retire(&self) {
        self.retired.store(true, Relaxed);
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Relaxed)
    }

    pub(super) async fn fetch(&self, text: &str, args: &[Arg], rows: &mut dyn Rows) -> Result<(), Error> {
        let client = self.client();
        let types: Vec<Type> = args.iter().map(type_of).collect();
        let statement = client.prepare_typed_cached(text, &types).await?;
        if client.statement_cache.size() > MOST_STATEMENTS {
            client.statement_cache.clear();
        }
        let mut answer = pin!(client.query_raw(&statement, args.iter().map(value_of)).await?);
        while let Some(row) = answer.try_next().await? {
            rows.push_pg(&row)?;
        }
        Ok(())
    }

    /// Ends when all statements sent so far have ended.
    pub(super) async fn drained(&self) {
        // A lost connection has nothing under way.
        let _ = self.client().simple_query("").await;
    }

    /// Asks the server to cancel the statement that it is at.
    pub(super) async fn cancel(&self) {
        if let Err(error) = self.client().cancel_token().cancel_query(self.tls.clone()).await {
            tracing::debug!(%error, "a statement that nobody waits for could not be cancelled");
        }
    }
}

impl Drop for Checkout {
    /// A retired connection does not go back: a cancellation that is late would hit somebody else's statement.
    fn drop(&mut self) {
        if *self.retired.get_mut() {
            drop(self.object.take().map(Object::take));
        }
    }
}

/// As sqlx would bind it: a text means the same through both.
fn type_of(arg: &Arg) -> Type {
    match arg {
        Arg::Id(_) => Type::UUID,
        Arg::Ids(_) => Type::UUID_ARRAY,
        Arg::Text(_) => Type::TEXT,
        Arg::Texts(_) => Type::TEXT_ARRAY,
        Arg::Int(_) => Type::INT8,
        Arg::Time(_) => Type::TIMESTAMPTZ,
    }
}

fn value_of(arg: &Arg) -> &(dyn ToSql + Sync) {
    match arg {
        Arg::Id(id) => id,
        Arg::Ids(ids) => ids,
        Arg::Text(text) => text,
        Arg::Texts(texts) => texts,
        Arg::Int(int) => int,
        Arg::Time(time) => time,
    }
}
