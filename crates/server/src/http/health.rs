//! Whether this process lives, and whether it should get requests.
use super::reply;
use axum::body::Body;
use hyper::{Response, StatusCode};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tradewind_persistence::{Db, pending_migrations};

/// How long the database may take to answer before the process counts as not ready.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the probes ask for.
#[derive(Debug)]
pub(crate) struct Health {
    db: Db,
    draining: AtomicBool,
    /// A schema only moves forward: once current, it stays so.
    migrated: AtomicBool,
}

impl Health {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, draining: AtomicBool::new(false), migrated: AtomicBool::new(false) }
    }

    /// From now on the process is not ready.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// 200 while the process runs: a restart would not mend a database.
    pub(super) fn livez() -> Response<Body> {
        status(StatusCode::OK, "ok")
    }

    /// 200 when requests can be answered, else 503 with the reason.
    pub(super) async fn readyz(&self) -> Response<Body> {
        match self.obstacle().await {
            None => status(StatusCode::OK, "ok"),
            Some(reason) => status(StatusCode::SERVICE_UNAVAILABLE, reason),
        }
    }

    async fn obstacle(&self) -> Option<&'static str> {
        if self.draining.load(Ordering::Acquire) {
            return Some("draining");
        }
        match tokio::time::timeout(PATIENCE, self.database()).await {
            Ok(obstacle) => obstacle,
            Err(_) => Some("the database does not answer"),
        }
    }

    async fn database(&self) -> Option<&'static str> {
        if let Err(error) = self.db.ping().await {
            tracing::warn!(%error, "not ready: the database does not answer");
            return Some("the database does not answer");
        }
        if self.migrated.load(Ordering::Relaxed) {
            return None;
        }
        match pending_migrations(&self.db).await {
            Ok(0) => {
                self.migrated.store(true, Ordering::Relaxed);
                None
            }
            Ok(_) => Some("migrations are pending: run `tradewind migrate`"),
            Err(error) => {
                tracing::warn!(%error, "not ready: the schema cannot be read");
                Some("the schema cannot be read")
            }
        }
    }
}

fn status(status: StatusCode, word: &str) -> Response<Body> {
    let body = serde_json::json!({ "status": word }).to_string();
    reply::text(status, "application/json; charset=utf-8", body)
}
