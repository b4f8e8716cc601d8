//! Writing a register.
use super::{
    Answer, Rig,
    profile::{Profile, viewer},
};
use hyper::StatusCode;
use serde_json::json;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tradewind_persistence::{
    DbError,
    failpoint::die,
    rig::{Change, change},
};
use uuid::Uuid;

/// What is to be done.
struct Order {
    change: Change,
    key: Uuid,
    category: Uuid,
    index: i64,
    number: i64,
    hold: Duration,
    die: bool,
}

/// How it ended.
enum Ended {
    Committed(Instant),
    Overtaken,
    /// The transaction never came to its commit.
    Failed(DbError),
    /// The commit was sent.
    Unknown(DbError),
}

impl Rig {
    pub(super) async fn write(&self, query: &str) -> Answer {
        let Some(order) = read(query) else {
            return (StatusCode::BAD_REQUEST, json!({ "error": "change, key, category, index and number are needed" }));
        };
        match self.run(&order).await {
            Ended::Committed(at) => {
                if order.die {
                    die();
                }
                if let Some(cache) = self.cache.as_ref().filter(|_| self.deletes && order.change == Change::Profile) {
                    cache.delete(&Profile, viewer(order.key), &[order.key]).await;
                }
                let waited = self.commit_wait(at).await;
                (StatusCode::OK, json!({ "waited_us": u64::try_from(waited.as_micros()).unwrap_or(u64::MAX) }))
            }
            Ended::Overtaken => (StatusCode::CONFLICT, json!({ "error": "overtaken" })),
            Ended::Failed(error) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "error": error.to_string() })),
            Ended::Unknown(error) => (StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": error.to_string() })),
        }
    }

    async fn run(&self, order: &Order) -> Ended {
        let tx = match self.db.begin_write().await {
            Ok(tx) => tx,
            Err(error) => return Ended::Failed(error),
        };
        match change(&tx, order.change, order.key, order.category, order.index, order.number).await {
            Ok(true) => {}
            Ok(false) => return Ended::Overtaken,
            Err(error) => return Ended::Failed(error),
        }
        if !order.hold.is_zero() {
            tokio::time::sleep(order.hold).await;
        }
        match tx.commit().await {
            Ok(()) => Ended::Committed(Instant::now()),
            Err(error) => Ended::Unknown(error),
        }
    }

    /// How long the answer waited.
    async fn commit_wait(&self, committed: Instant) -> Duration {
        if let Some(cache) = &self.cache {
            cache.commit_wait(committed).await;
        }
        committed.elapsed()
    }
}

fn read(query: &str) -> Option<Order> {
    let fields: HashMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let number = |name: &str| fields.get(name)?.parse::<i64>().ok();
    let hold = fields.get("hold").map_or(Some(0), |text| text.parse().ok())?;
    Some(Order {
        change: Change::by_name(fields.get("change")?)?,
        key: Uuid::try_parse(fields.get("key")?).ok()?,
        category: Uuid::try_parse(fields.get("category")?).ok()?,
        index: number("index")?,
        number: number("number")?,
        hold: Duration::from_millis(hold),
        die: fields.contains_key("die"),
    })
}
