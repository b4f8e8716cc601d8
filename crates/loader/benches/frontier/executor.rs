//! Where requests run: always one worker thread.

use futures_util::future::BoxFuture;
use std::{io, sync::Arc};

/// The executor decides which timer `DataLoader` waits on: with its feature `tokio-timer`, which the product enables, it
/// takes tokio's inside of a tokio runtime, and async-io's (the one it has without that feature) outside of one.
#[derive(Clone)]
pub(crate) enum Executor {
    Tokio(Arc<tokio::runtime::Runtime>),
    Pool(futures_executor::ThreadPool),
}

impl Executor {
    pub(crate) fn tokio() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self::Tokio(Arc::new(runtime)))
    }

    pub(crate) fn pool() -> io::Result<Self> {
        Ok(Self::Pool(futures_executor::ThreadPool::builder().pool_size(1).create()?))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Tokio(_) => "tokio",
            Self::Pool(_) => "async-io",
        }
    }

    pub(crate) fn spawn(&self, future: BoxFuture<'static, ()>) {
        match self {
            Self::Tokio(runtime) => drop(runtime.spawn(future)),
            Self::Pool(pool) => pool.spawn_ok(future),
        }
    }

    /// What a `DataLoader` spawns its batches with.
    pub(crate) fn spawner(&self) -> impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static {
        let executor = self.clone();
        move |future| executor.spawn(future)
    }
}
