//! Routes of the fault rig. They are built only with the feature `rig`: anybody may write with them, and end the process.
//!
//! - `POST /rig/write?change=…&key=…&category=…&index=…&number=…[&hold=ms][&die=1]` changes one register and answers after
//!   the commit and its wait. 200: committed. 409: a later number is there. 503: not committed. 500: nobody knows.
//!   `hold`: the transaction stays open so long before its commit; `die`: the process is killed right after it.
//! - `GET /rig/profile/{id}`: the customer's name, private and STRICT.
//! - `POST /rig/failpoint?place=…&nth=…`: the process ends when it reaches that place for the n-th time.
mod gateway;
mod profile;
mod write;

use axum::body::Body;
use hyper::{Method, Response, StatusCode, Uri, header::CONTENT_TYPE, header::HeaderValue};
use tradewind_cache::{Cache, Mistake};
use tradewind_persistence::{Db, failpoint};

pub(crate) use gateway::with_failpoints;

/// What the routes work on.
#[derive(Clone, Debug)]
pub(crate) struct Rig {
    db: Db,
    cache: Option<Cache>,
    /// A writer deletes what it changed, as most shops do; there is no log then.
    deletes: bool,
}

impl Rig {
    pub(crate) fn new(db: Db, cache: Option<Cache>, mistake: Option<Mistake>) -> Self {
        Self { db, cache, deletes: mistake == Some(Mistake::DeleteAfterCommit) }
    }

    /// None: a path of the product.
    pub(crate) async fn answer(&self, method: &Method, uri: &Uri) -> Option<Response<Body>> {
        let path = uri.path().strip_prefix("/rig/")?;
        let (status, body) = match (method, path) {
            (&Method::POST, "write") => self.write(uri.query().unwrap_or_default()).await,
            (&Method::GET, path) if path.starts_with("profile/") => self.profile(&path["profile/".len()..]).await,
            (&Method::POST, "failpoint") => arm(uri.query().unwrap_or_default()),
            _ => (StatusCode::NOT_FOUND, serde_json::json!({ "error": "no such route" })),
        };
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Some(response)
    }
}

/// What a route answers.
type Answer = (StatusCode, serde_json::Value);

fn arm(query: &str) -> Answer {
    let field = |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name);
    let nth = field("nth").and_then(|(_, nth)| nth.parse().ok());
    let (Some((_, place)), Some(nth)) = (field("place"), nth) else {
        return (StatusCode::BAD_REQUEST, serde_json::json!({ "error": "place and nth are needed" }));
    };
    failpoint::arm(place, nth);
    (StatusCode::OK, serde_json::json!({}))
}
