//! A receiver of webhooks that records what comes, fails as it is told, and can be killed and started again.
use crate::support::SECRET;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
    routing::post,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// What it does with a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manner {
    /// Takes it.
    Takes,
    /// Fails this share of requests: half of them with 500, the others by silence or a closed connection.
    Fails(f64),
    /// Sends it to `/elsewhere`.
    Redirects,
    /// Answers 500 with a long text.
    Rambles,
}

/// A request, in the order of their arrival.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: serde_json::Value,
    pub(crate) text: Bytes,
    pub(crate) is_taken: bool,
}

impl Arrival {
    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    pub(crate) fn sequence(&self) -> i64 {
        self.body["sequence"].as_i64().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The signatures that this secret made, by another implementation of HMAC than ours.
    pub(crate) fn signatures_of(&self, secret: &str) -> usize {
        let (mut seconds, mut signatures) = ("", Vec::new());
        for part in self.header("tradewind-signature").split(',') {
            match part.split_once('=').unwrap() {
                ("t", text) => seconds = text,
                ("v1", text) => signatures.push(unhex(text)),
                other => panic!("{other:?}"),
            }
        }
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let message = [seconds.as_bytes(), b".", &self.text].concat();
        signatures.iter().filter(|signature| ring::hmac::verify(&key, &message, signature).is_ok()).count()
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[derive(Clone)]
struct Shared {
    history: Arc<Mutex<Vec<Arrival>>>,
    manner: Arc<Mutex<Manner>>,
}

pub(crate) struct Receiver {
    shared: Shared,
    address: SocketAddr,
    server: Option<JoinHandle<()>>,
}

impl Receiver {
    pub(crate) async fn start(manner: Manner) -> Self {
        let shared = Shared { history: Arc::default(), manner: Arc::new(Mutex::new(manner)) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Some(serve(listener, shared.clone()));
        Self { shared, address, server }
    }

    pub(crate) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/hooks", self.address.port())
    }

    pub(crate) fn behave(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    /// Ends it at once, with its connections.
    pub(crate) async fn kill(&mut self) {
        let server = self.server.take().unwrap();
        server.abort();
        assert!(server.await.unwrap_err().is_cancelled());
    }

    /// At the same address.
    pub(crate) async fn restart(&mut self) {
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        self.server = Some(serve(listener, self.shared.clone()));
    }

    pub(crate) fn history(&self) -> Vec<Arrival> {
        self.shared.history.lock().unwrap().clone()
    }

    pub(crate) fn taken(&self) -> BTreeSet<String> {
        self.history().iter().filter(|arrival| arrival.is_taken).map(|arrival| arrival.id().to_owned()).collect()
    }
}

/// Requests end with the server: they run in its own task.
fn serve(listener: TcpListener, shared: Shared) -> JoinHandle<()> {
    let router = Router::new().route("/hooks", post(receive)).route("/elsewhere", post(receive)).with_state(shared);
    tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper_util::service::TowerToHyperService::new(router.clone());
            connections.spawn(async move {
                let http = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                let _ = http.serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
            });
        }
    })
}

async fn receive(State(shared): State<Shared>, uri: axum::http::Uri, headers: HeaderMap, text: Bytes) -> Response {
    let manner = *shared.manner.lock().unwrap();
    let fails = matches!(manner, Manner::Fails(share) if fastrand::f64() < share);
    let is_taken = !fails && matches!(manner, Manner::Takes | Manner::Fails(_));
    let body = serde_json::from_slice(&text).unwrap();
    let arrival = Arrival { path: uri.path().to_owned(), headers, body, text, is_taken };
    assert!(arrival.signatures_of(SECRET) <= 1);
    shared.history.lock().unwrap().push(arrival);
    match manner {
        Manner::Redirects => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/elsewhere")]).into_response(),
        Manner::Rambles => (StatusCode::INTERNAL_SERVER_ERROR, "é\u{0}".repeat(100_000)).into_response(),
        _ if !fails => StatusCode::NO_CONTENT.into_response(),
        _ => match fastrand::u8(0..20) {
            0 => std::future::pending().await,
            1..10 => panic!("the connection closes"),
            _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

/// Checks what was promised: each event was taken; no event of an aggregate was sent before each earlier one had been
/// taken; all are signed. How many arrivals there were.
pub(crate) fn check(history: &[Arrival], published: &[(String, String)]) -> usize {
    let mut earlier: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    published.iter().for_each(|(aggregate, id)| earlier.entry(aggregate).or_default().push(id));
    let mut taken = BTreeSet::new();
    let mut sequences: BTreeMap<&str, i64> = BTreeMap::new();
    for arrival in history {
        let aggregate = arrival.body["aggregate"]["id"].as_str().unwrap();
        let before = earlier[aggregate].iter().take_while(|id| **id != arrival.id());
        let missing: Vec<_> = before.filter(|id| !taken.contains(**id)).collect();
        assert!(missing.is_empty(), "{} of {aggregate} came before {missing:?}", arrival.id());
        if arrival.is_taken && taken.insert(arrival.id()) {
            let last = sequences.insert(aggregate, arrival.sequence());
            assert!(last.is_none_or(|last| last < arrival.sequence()), "sequences of {aggregate} grow");
        }
        assert_eq!(arrival.signatures_of(SECRET), 1);
        assert_eq!(arrival.header("tradewind-event-id"), arrival.id());
    }
    let missing = published.iter().filter(|(_, id)| !taken.contains(id.as_str())).count();
    assert_eq!(missing, 0, "events that nobody took, of {}", published.len());
    history.len()
}
