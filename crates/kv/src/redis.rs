//! Redis or Valkey: one server, behind Sentinel, or a Cluster. A breaker stands before it.

use crate::{Kv, KvError, Put};
use bytes::Bytes;
use fred::{
    clients::{Client, WithOptions},
    interfaces::{ClientLike, KeysInterface, LuaInterface},
    types::{
        Builder, Expiration, SetOptions,
        config::{Config, Options, ReconnectPolicy, UnresponsiveConfig},
    },
};
use futures_util::{FutureExt, future::BoxFuture, future::try_join_all};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;
use tradewind_resilience::{Breaker, BreakerConfig, Dependency, DependencyMetrics, Outcome};

/// How long calls may take, and when they are not made at all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A connection.
    pub connect: Duration,
    /// A read.
    pub read: Duration,
    /// A write; nobody waits for it.
    pub write: Duration,
    /// When the breaker opens.
    pub breaker: BreakerConfig,
    /// While the breaker is open: time from ping to ping, to see when it may be tried again.
    pub ping: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_millis(250),
            read: Duration::from_millis(40),
            write: Duration::from_millis(200),
            breaker: BreakerConfig::CACHE,
            ping: Duration::from_millis(500),
        }
    }
}

/// The most commands that wait for a connection; more are refused.
const QUEUE: usize = 10_000;
/// A connection whose oldest command has had no answer for so long is closed.
const HUNG: Duration = Duration::from_secs(1);
const HUNG_CHECK: Duration = Duration::from_millis(250);
/// Between attempts to connect, in milliseconds.
const RECONNECT: (u32, u32) = (100, 100);

/// A connection that comes back by itself. Clones share it.
#[derive(Clone)]
pub struct Redis {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    clustered: bool,
    limits: Limits,
    breaker: Breaker,
    dependency: Dependency,
    pinging: AtomicBool,
}

impl Redis {
    /// Connects in the background: until then, calls fail at once. Within a runtime.
    ///
    /// `redis://`, `rediss://` (TLS), `redis+unix://`; `redis-sentinel://HOST:PORT/DB?sentinelServiceName=NAME&node=...`;
    /// `redis-cluster://HOST:PORT?node=...`; the same with `valkey`.
    ///
    /// # Errors
    /// [`KvError::Url`] where the URL says nothing.
    pub fn connect(url: &str, limits: Limits, metrics: &DependencyMetrics) -> Result<Self, KvError> {
        let known = url.starts_with("redis") || url.starts_with("valkey");
        if !known {
            return Err(KvError::Url("its scheme is none of Redis".into()));
        }
        let mut config = Config::from_url(url).map_err(|error| KvError::Url(error.details().to_owned()))?;
        // It is tried for ever, also where the first attempt fails. Commands have a fail_fast of their own.
        config.fail_fast = false;
        let clustered = config.server.is_clustered();
        let client = client(config, limits)?;
        client.connect();
        let dependency = metrics.of("redis");
        let breaker = Breaker::with_listener(limits.breaker, {
            let dependency = dependency.clone();
            move |state| {
                tracing::warn!(dep = "redis", ?state, "breaker");
                dependency.changed(state);
            }
        });
        let pinging = AtomicBool::new(false);
        Ok(Self { inner: Arc::new(Inner { client, clustered, limits, breaker, dependency, pinging }) })
    }

    /// Waits until it is connected, at most `within`; whether it is.
    pub async fn connected(&self, within: Duration) -> bool {
        let pause = Duration::from_millis(10);
        let connected = async {
            while !self.inner.client.is_connected() {
                tokio::time::sleep(pause).await;
            }
        };
        tokio::time::timeout(within, connected).await.is_ok()
    }

    /// The breaker before it.
    #[must_use]
    pub fn breaker(&self) -> &Breaker {
        &self.inner.breaker
    }

    /// Closes the connection.
    pub async fn close(&self) {
        tokio::time::timeout(self.inner.limits.connect, self.inner.client.quit()).await.ok();
    }

    /// One call through the breaker, within its time.
    async fn call<T>(
        &self,
        op: &'static str,
        limit: Duration,
        call: impl Future<Output = Result<T, fred::error::Error>>,
    ) -> Result<T, KvError> {
        let inner = &self.inner;
        let Some(admitted) = inner.breaker.admit() else {
            inner.dependency.call(op, "open", Duration::ZERO);
            return Err(KvError::Open);
        };
        let started = Instant::now();
        let result = match tokio::time::timeout(limit, call).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(KvError::Failed(error.to_string())),
            Err(_) => Err(KvError::Timeout(limit)),
        };
        let (label, outcome) = match &result {
            Ok(_) => ("ok", Outcome::Success),
            Err(KvError::Timeout(_)) => ("timeout", Outcome::Failure),
            Err(_) => ("failed", Outcome::Failure),
        };
        admitted.end(outcome);
        inner.dependency.call(op, label, started.elapsed());
        if outcome == Outcome::Failure && !inner.breaker.is_closed() {
            self.watch();
        }
        result
    }

    /// Pings while the breaker is open, so that it is tried again as soon as it answers.
    fn watch(&self) {
        if self.inner.pinging.swap(true, Ordering::AcqRel) {
            return;
        }
        let weak = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            while let Some(inner) = weak.upgrade() {
                if inner.breaker.is_closed() {
                    inner.pinging.store(false, Ordering::Release);
                    return;
                }
                if inner.answers().await {
                    inner.breaker.probe_now();
                }
                let pause = inner.limits.ping;
                drop(inner);
                tokio::time::sleep(pause).await;
            }
        });
    }
}

impl Inner {
    fn with(&self, limit: Duration) -> WithOptions<Client> {
        let options = Options { max_attempts: Some(1), timeout: Some(limit), fail_fast: true, ..Options::default() };
        self.client.with_options(&options)
    }

    async fn answers(&self) -> bool {
        let limit = self.limits.write;
        let ping = self.client.ping::<()>(None);
        tokio::time::timeout(limit, ping).await.is_ok_and(|result| result.is_ok())
    }
}

/// Each setting replaces a default that would wait or queue without bound.
fn client(config: Config, limits: Limits) -> Result<Client, KvError> {
    Builder::from_config(config)
        .with_connection_config(|connection| {
            connection.connection_timeout = limits.connect;
            connection.internal_command_timeout = limits.connect;
            connection.max_command_attempts = 1;
            connection.max_command_buffer_len = QUEUE;
            connection.reconnect_on_auth_error = true;
            connection.tcp.nodelay = Some(true);
            connection.unresponsive = UnresponsiveConfig { max_timeout: Some(HUNG), interval: HUNG_CHECK };
        })
        .with_performance_config(|performance| performance.default_command_timeout = limits.write)
        .set_policy(ReconnectPolicy::Constant { attempts: 0, max_attempts: 0, delay: RECONNECT.0, jitter: RECONNECT.1 })
        .build()
        .map_err(|error| KvError::Url(error.details().to_owned()))
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the client nor its configuration: they hold the password.
        f.debug_struct("Redis").field("breaker", &self.inner.breaker).finish_non_exhaustive()
    }
}

/// One step: a counter without an end cannot be left behind.
const INCREMENT: &str = "local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n";

fn millis(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX).max(1)
}

fn lives(ttl: Duration) -> Expiration {
    Expiration::PX(millis(ttl))
}

impl Kv for Redis {
    fn mget(&self, keys: Vec<String>) -> BoxFuture<'_, Result<Vec<Option<Bytes>>, KvError>> {
        let limit = self.inner.limits.read;
        async move {
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let client = self.inner.with(limit);
            if self.inner.clustered {
                // Keys of one MGET must share a slot there: single reads, that leave together.
                let gets = try_join_all(keys.into_iter().map(|key| client.get::<Option<Bytes>, _>(key)));
                return self.call("get", limit, gets).await;
            }
            self.call("mget", limit, client.mget::<Vec<Option<Bytes>>, _>(keys)).await
        }
        .boxed()
    }

    fn set(&self, values: Vec<Put>) -> BoxFuture<'_, Result<(), KvError>> {
        let limit = self.inner.limits.write;
        async move {
            let client = self.inner.with(limit);
            let sets = values
                .into_iter()
                .map(|put| client.set::<(), _, _>(put.key, put.value, Some(lives(put.ttl)), None, false));
            self.call("set", limit, try_join_all(sets)).await.map(|_| ())
        }
        .boxed()
    }

    fn set_nx(&self, keys: Vec<String>, ttl: Duration) -> BoxFuture<'_, Result<Vec<bool>, KvError>> {
        let limit = self.inner.limits.read;
        async move {
            let client = self.inner.with(limit);
            let sets = keys.into_iter().map(|key| {
                let done = client.set::<Option<String>, _, _>(key, "", Some(lives(ttl)), Some(SetOptions::NX), false);
                done.map(|done| done.map(|done| done.is_some()))
            });
            self.call("set_nx", limit, try_join_all(sets)).await
        }
        .boxed()
    }

    fn increment(&self, key: String, ttl: Duration) -> BoxFuture<'_, Result<u64, KvError>> {
        let limit = self.inner.limits.read;
        async move {
            let client = self.inner.with(limit);
            self.call("increment", limit, client.eval::<u64, _, _, _>(INCREMENT, key, millis(ttl))).await
        }
        .boxed()
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), KvError>> {
        let limit = self.inner.limits.write;
        async move { self.call("ping", limit, self.inner.with(limit).ping::<()>(None)).await }.boxed()
    }
}
