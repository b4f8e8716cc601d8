//! Its HTTP API: <https://docs.stripe.com/api/payment_intents>, as far as servers use it.
use super::{
    KEY, Shared,
    books::{Intent, Reply, refused},
    webhook::Event,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// The longest time that an answer takes.
const SLOWEST_MS: u64 = 15;
/// The most webhooks of one event: Stripe sends one at least once.
const COPIES: u64 = 3;

type Form = BTreeMap<String, String>;

pub(super) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/payment_intents", post(create))
        .route("/v1/payment_intents/{id}", get(retrieve))
        .route("/v1/payment_intents/{id}/{verb}", post(change))
        .route("/v1/refunds", post(refund))
        .with_state(shared)
}

fn is_known(headers: &HeaderMap) -> bool {
    let wanted = format!("Basic {}", STANDARD.encode(format!("{KEY}:")));
    headers.get("authorization").is_some_and(|value| value.as_bytes() == wanted.as_bytes())
}

/// The key of a request, and its form.
fn read(headers: &HeaderMap, body: &Bytes) -> Result<(String, Form), Reply> {
    if !is_known(headers) {
        return Err(refused(401, "unauthorized", None));
    }
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| refused(400, "idempotency_key_missing", None))?;
    Ok((key.to_owned(), form_urlencoded::parse(body).into_owned().collect()))
}

fn answer((status, value): Reply) -> Response {
    (StatusCode::from_u16(status).unwrap_or_default(), value.to_string()).into_response()
}

/// The answer comes a little later, or not at all though it was done.
async fn answer_later(shared: &Shared, reply: Reply) -> Response {
    let (pause, percent) = shared.random(|random| (random.u64(..=SLOWEST_MS), random.u8(..100)));
    tokio::time::sleep(Duration::from_millis(pause)).await;
    answer(if percent < shared.lost_percent { refused(500, "api_error", None) } else { reply })
}

/// Tells the shop: before the answer of the call, with it, or after it; once or several times at once. For those before
/// it, so long waits the answer.
pub(super) fn announce(shared: &Arc<Shared>, intent: &Intent, kind: &'static str, longest_ms: u64) {
    let (copies, pause) = shared.random(|random| (random.u64(1..=COPIES), random.u64(..=longest_ms)));
    let event = Event { kind, intent: intent.clone() };
    for _ in 0..copies {
        shared.webhooks.send(shared, event.clone(), Duration::from_millis(pause));
    }
}

async fn create(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let (key, form) = match read(&headers, &body) {
        Ok(read) => read,
        Err(reply) => return answer(reply),
    };
    let request = format!("create?{}", String::from_utf8_lossy(&body));
    let (reply, _) = shared.books().once(&key, &request, |books| books.create(&form));
    answer_later(&shared, reply).await
}

async fn retrieve(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if !is_known(&headers) {
        return answer(refused(401, "unauthorized", None));
    }
    let reply = shared.books().retrieve(&id);
    answer(reply)
}

async fn change(
    State(shared): State<Arc<Shared>>,
    Path((id, verb)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (key, form) = match read(&headers, &body) {
        Ok(read) => read,
        Err(reply) => return answer(reply),
    };
    let request = format!("{id}/{verb}?{}", String::from_utf8_lossy(&body));
    let (reply, is_new) = shared.books().once(&key, &request, |books| books.change(&id, &verb, &form));
    if is_new && (reply.0 == 200 || reply.0 == 402) {
        let kind = match (verb.as_str(), reply.0) {
            (_, 402) => "payment_intent.payment_failed",
            ("confirm", _) => "payment_intent.amount_capturable_updated",
            ("capture", _) => "payment_intent.succeeded",
            _ => "payment_intent.canceled",
        };
        tell(&shared, &id, kind);
    }
    answer_later(&shared, reply).await
}

async fn refund(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let (key, form) = match read(&headers, &body) {
        Ok(read) => read,
        Err(reply) => return answer(reply),
    };
    let request = format!("refund?{}", String::from_utf8_lossy(&body));
    let mut refunded = None;
    let (reply, _) = shared.books().once(&key, &request, |books| {
        let (reply, id) = books.refund(&form);
        refunded = id;
        reply
    });
    if let Some(id) = refunded {
        tell(&shared, &id, "charge.refunded");
    }
    answer_later(&shared, reply).await
}

fn tell(shared: &Arc<Shared>, id: &str, kind: &'static str) {
    let intent = shared.books().intents().find(|intent| intent.id == id).cloned();
    if let Some(intent) = intent {
        // Half of them come before the answer, or with it.
        announce(shared, &intent, kind, SLOWEST_MS * 2);
    }
}
