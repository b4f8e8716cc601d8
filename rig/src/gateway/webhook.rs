//! What the gateway tells unasked: signed, and again where nobody took it.
use super::{SECRET, Shared, books::Intent};
use crate::load::Connection;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How often one is sent at most.
const TRIES: u32 = 20;
/// Before it is sent again.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Something that happened to a payment.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) kind: &'static str,
    /// As it was then.
    pub(super) intent: Intent,
}

/// Who is told, and how that went.
#[derive(Debug, Default)]
pub(super) struct Webhooks {
    servers: Mutex<Vec<SocketAddr>>,
    under_way: AtomicUsize,
    taken: AtomicU64,
    given_up: AtomicU64,
}

impl Event {
    fn to_json(&self) -> Value {
        let object = match self.kind.starts_with("charge.") {
            true => json!({ "id": "ch_1", "payment_intent": self.intent.id }),
            false => self.intent.to_json(),
        };
        json!({ "type": self.kind, "data": { "object": object } })
    }
}

impl Webhooks {
    pub(super) fn tell(&self, servers: Vec<SocketAddr>) {
        *self.servers.lock().unwrap_or_else(PoisonError::into_inner) = servers;
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way.load(SeqCst)
    }

    pub(super) fn told(&self) -> (u64, u64) {
        (self.taken.load(SeqCst), self.given_up.load(SeqCst))
    }

    /// Sends it after a pause, in a task of its own.
    pub(super) fn send(&self, shared: &Arc<Shared>, event: Event, pause: Duration) {
        if self.servers.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return;
        }
        self.under_way.fetch_add(1, SeqCst);
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            let taken = deliver(&shared, &event.to_json().to_string()).await;
            let webhooks = &shared.webhooks;
            if taken { &webhooks.taken } else { &webhooks.given_up }.fetch_add(1, SeqCst);
            webhooks.under_way.fetch_sub(1, SeqCst);
        });
    }

    fn any(&self, shared: &Shared) -> Option<SocketAddr> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        shared.random(|random| random.choice(servers.iter()).copied())
    }
}

async fn deliver(shared: &Shared, body: &str) -> bool {
    for _ in 0..TRIES {
        let Some(server) = shared.webhooks.any(shared) else { return false };
        if once(server, body).await.is_some_and(|status| status == 200) {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

async fn once(server: SocketAddr, body: &str) -> Option<u16> {
    let signature = sign(body)?;
    let request = format!(
        "POST /webhooks/payments/stripe HTTP/1.1\r\nhost: rig\r\ncontent-type: application/json\r\nstripe-signature: {signature}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = Connection::open(server, PATIENCE).await.ok()?;
    let reply = connection.send(request.as_bytes(), PATIENCE).await.ok()?;
    Some(reply.status)
}

/// `t=<seconds>,v1=<hex>`: <https://docs.stripe.com/webhooks#verify-manually>.
fn sign(body: &str) -> Option<String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).ok()?;
    mac.update(format!("{seconds}.{body}").as_bytes());
    let mut hex = String::new();
    for byte in mac.finalize().into_bytes() {
        write!(hex, "{byte:02x}").ok()?;
    }
    Some(format!("t={seconds},v1={hex}"))
}
