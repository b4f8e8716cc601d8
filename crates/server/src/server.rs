//! Binds the ports, serves, and ends in order: not ready, no new connections, requests finish, the pool closes.
use crate::{
    app::App,
    cache::tend,
    config::Config,
    http::{AccessLog, Answers, Health, Lane, Limits, Patience, Sdl, Site, Slots, listen, serve},
    metrics::Metrics,
    session_uses::{self, SessionUses},
    telemetry::Telemetry,
    worker::Worker,
};
use axum::body::Body;
use futures_util::{FutureExt, future::BoxFuture};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
};
use std::{future::ready, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
};
use tradewind_cache::Cache;
use tradewind_graphql::Engine;
use tradewind_persistence::{Db, DbBackend, changes::follow};
use tradewind_resilience::Bulkhead;

/// How long the metrics listener waits for a scrape at the end.
const METRICS_DRAIN: Duration = Duration::from_secs(1);
/// How long the start waits for PostgreSQL's notifications.
const FOLLOW: Duration = Duration::from_secs(1);
/// How often the channels are read again.
const REFRESH: Duration = Duration::from_secs(1);

/// Ports that are bound.
pub struct Server {
    listener: TcpListener,
    metrics: Option<TcpListener>,
}

/// A port that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: cannot listen on {address}: {source}{way_out}")]
pub struct BindError {
    variable: &'static str,
    address: SocketAddr,
    source: io::Error,
    way_out: String,
}

impl Server {
    /// Binds both ports.
    pub async fn bind(config: &Config) -> Result<Self, BindError> {
        let listener = bind(config.http.socket(), "TRADEWIND_PORT", "--port").await?;
        let metrics = match config.metrics.address {
            Some(address) => Some(bind(address, "TRADEWIND_METRICS_ADDRESS", "port").await?),
            None => None,
        };
        Ok(Self { listener, metrics })
    }

    /// Where the API listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where `/metrics` listens.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Serves until `stop` resolves, then drains. Returns when the last request has ended or its time is over.
    pub fn run<'a>(
        self,
        app: App,
        telemetry: &'a Telemetry,
        stop: impl Future<Output = ()> + Send + 'a,
    ) -> BoxFuture<'a, ()> {
        self.run_until(app, telemetry, stop.boxed())
    }

    /// Not generic, and its future boxed: only so is it compiled here, and not again in each crate that runs it.
    fn run_until<'a>(self, app: App, telemetry: &'a Telemetry, stop: BoxFuture<'a, ()>) -> BoxFuture<'a, ()> {
        self.live(app, telemetry, stop).boxed()
    }

    async fn live(self, app: App, telemetry: &Telemetry, stop: BoxFuture<'_, ()>) {
        let (close, closed) = watch::channel(false);
        let http = app.config.http.clone();
        let patience = Patience { head: http.read_timeout, idle: http.idle_timeout };
        let limits = Limits { connections: http.max_connections, patience, drain: http.drain_timeout };
        // Through a cache, each request looks.
        let refresh = app.engine.cache().is_none().then(|| tokio::spawn(refresh(app.engine.clone())));
        let tend = app.engine.cache().map(|_| tokio::spawn(tend(app.db.clone())));
        let metrics = self.metrics.map(|listener| {
            let limits = Limits { drain: METRICS_DRAIN, ..limits.clone() };
            let cache = app.engine.cache().cloned();
            tokio::spawn(serve_metrics(listener, limits, closed.clone(), Arc::clone(&app.metrics), cache))
        });
        let db = app.db.clone();
        let clock = app.clock;
        let worker = app.config.shop.worker.then(|| Worker::start(&app.config.shop, app.engine.commerce(), clock));
        let worker = worker.and_then(|started| {
            started.inspect_err(|error| tracing::error!(%error, "this process does no jobs, mails and webhooks")).ok()
        });
        let follow = begin_to_follow(&db).await;
        let site = Arc::new(site(app, telemetry, closed.clone()));
        let uses = tokio::spawn(write_uses(db.clone(), Arc::clone(&site.session_uses), clock));
        let handler = {
            let site = Arc::clone(&site);
            move |request, peer| serve(Arc::clone(&site), request, peer)
        };
        let serving = tokio::spawn(listen(self.listener, limits, closed, handler));
        stop.await;
        tracing::info!(delay = ?http.drain_delay, "stopping: not ready any more");
        site.health.drain();
        tokio::time::sleep(http.drain_delay).await;
        // Nobody else holds the receivers' end open: sending fails only when all have stopped already.
        let _ = close.send(true);
        let streams = tokio::time::timeout(http.drain_timeout, site.slots.empty());
        let (serving, streams) = tokio::join!(serving, streams);
        let unfinished = serving.unwrap_or_default() + streams.map_or_else(|_| site.slots.open(), |()| 0);
        if unfinished > 0 {
            tracing::warn!(unfinished, after = ?http.drain_timeout, "requests were cut off");
        }
        for task in [refresh, tend, Some(uses)].into_iter().flatten() {
            task.abort();
        }
        if let Some(worker) = worker {
            worker.stop().await;
        }
        if let Err(error) = site.session_uses.write(&db, clock()).await {
            tracing::warn!(%error, "the last uses of sessions are not noted");
        }
        follow.abort();
        if let Some(metrics) = metrics {
            let _ = metrics.await;
        }
        if let Some(cache) = site.engine.cache() {
            cache.shutdown().await;
        }
        db.close().await;
        tracing::info!("stopped");
    }
}

fn site(app: App, telemetry: &Telemetry, closing: watch::Receiver<bool>) -> Site {
    let App { config, db, engine, persisted, metrics, clock } = app;
    let quiet = config.profile == crate::config::Profile::Dev;
    let operations = config.graphql.max_concurrent_operations;
    Site {
        #[cfg(feature = "rig")]
        rig: crate::rig::Rig::new(db.clone(), engine.cache().cloned(), config.cache.mistake),
        turns: Bulkhead::new("operations", operations, config.graphql.max_waiting_operations, db.limits()),
        event_turns: Semaphore::new((operations / 4).max(1)),
        lane: Lane::new(),
        access: AccessLog { sample: config.log.access_sample, quiet, json: telemetry.json() },
        graphiql: config.http.graphiql.then(crate::graphiql::router),
        graphql: config.graphql,
        answers: Answers::new(engine.cache().cloned(), config.cache.answers),
        edge_max_age: config.cache.edge_max_age,
        slots: Slots::new(config.stream.max, config.stream.max_per_address),
        stream: config.stream,
        shop: config.shop,
        session_uses: Arc::new(SessionUses::default()),
        closing,
        http: config.http,
        engine,
        health: Health::new(db),
        metrics,
        tracer: telemetry.tracer.clone(),
        sdl: Sdl::new(tradewind_graphql::sdl()),
        persisted,
        clock,
    }
}

async fn bind(address: SocketAddr, variable: &'static str, flag: &'static str) -> Result<TcpListener, BindError> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(source) => {
            let way_out = match source.kind() {
                io::ErrorKind::AddrInUse => taken(address, flag).await,
                io::ErrorKind::PermissionDenied => format!(": ports below 1024 need rights: try {flag} 8080"),
                io::ErrorKind::AddrNotAvailable => {
                    ": this machine does not have that address: try 127.0.0.1 or 0.0.0.0".to_owned()
                }
                _ => String::new(),
            };
            Err(BindError { variable, address, source, way_out })
        }
    }
}

/// Names a port that is free now.
async fn taken(address: SocketAddr, flag: &'static str) -> String {
    let first = address.port().saturating_add(1);
    for port in first..=first.saturating_add(20) {
        if TcpListener::bind(SocketAddr::new(address.ip(), port)).await.is_ok() {
            return format!("\nAnother process has that port. This one is free: {flag} {port}");
        }
    }
    format!("\nAnother process has that port: choose one with {flag}, or 0 for any")
}

/// Hears of what other processes write, from the first request on; a database that tells of nothing keeps no start.
async fn begin_to_follow(db: &Db) -> JoinHandle<()> {
    let following = tokio::spawn({
        let db = db.clone();
        async move { follow(&db).await }
    });
    if db.backend() == DbBackend::Postgres {
        let _ = tokio::time::timeout(FOLLOW, db.product_changes().followed()).await;
    }
    following
}

/// Channels change rarely; requests read them from memory.
async fn refresh(engine: Engine) {
    let mut every = tokio::time::interval(REFRESH);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        every.tick().await;
        if let Err(error) = engine.refresh().await {
            tracing::warn!(%error, "channels cannot be read again: the last ones stay");
        }
    }
}

/// Notes when sessions were last used.
async fn write_uses(db: Db, uses: Arc<SessionUses>, clock: fn() -> chrono::DateTime<chrono::Utc>) {
    loop {
        tokio::time::sleep(session_uses::EVERY).await;
        if let Err(error) = uses.write(&db, clock()).await {
            tracing::warn!(%error, "uses of sessions are not noted");
        }
    }
}

async fn serve_metrics(
    listener: TcpListener,
    limits: Limits,
    stop: watch::Receiver<bool>,
    metrics: Arc<Metrics>,
    cache: Option<Cache>,
) {
    let handler = move |request: Request<Incoming>, _| {
        if let Some(cache) = &cache {
            cache.sample();
        }
        ready(scrape(&metrics, request.uri().path()))
    };
    listen(listener, limits, stop, handler).await;
}

fn scrape(metrics: &Metrics, path: &str) -> Response<Body> {
    let (status, body) = match (path, metrics.text()) {
        ("/metrics", Ok(text)) => (StatusCode::OK, text),
        ("/metrics", Err(_)) => (StatusCode::INTERNAL_SERVER_ERROR, "metrics cannot be written\n".to_owned()),
        _ => (StatusCode::NOT_FOUND, "metrics are at /metrics\n".to_owned()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let openmetrics = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, openmetrics);
    response
}
