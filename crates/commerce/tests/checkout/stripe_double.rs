//! A server that speaks payment intents: it keeps answers by idempotency key, and refuses a key with another request, as
//! Stripe does.
use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

pub(crate) const KEY: &str = "sk_test_123";

#[derive(Default)]
pub(crate) struct Double {
    pub(crate) intents: Mutex<BTreeMap<String, Value>>,
    /// By idempotency key: the request and its answer.
    answers: Mutex<BTreeMap<String, (String, u16, Value)>>,
    /// Each request that came, with its key.
    pub(crate) requests: Mutex<Vec<(String, String)>>,
    /// So many requests are done, and answered with 500 all the same.
    pub(crate) lose: Mutex<u32>,
    /// Requests that had an effect.
    pub(crate) effects: Mutex<Vec<String>>,
}

pub(crate) async fn serve() -> (Arc<Double>, String) {
    let double = Arc::new(Double::default());
    let app = Router::new()
        .route("/v1/payment_intents", post(create))
        .route("/v1/payment_intents/{id}", get(retrieve))
        .route("/v1/payment_intents/{id}/{verb}", post(change))
        .route("/v1/refunds", post(refund))
        .with_state(Arc::clone(&double));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (double, url)
}

fn form(body: &Bytes) -> BTreeMap<String, String> {
    url_pairs(std::str::from_utf8(body).unwrap())
}

fn url_pairs(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        text.replace("%5B", "[").replace("%5D", "]").replace("%3A", ":").replace("%2F", "/").replace('+', " ")
    };
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (decode(key), decode(value))).collect()
}

fn error(status: u16, code: &str, intent: Option<&Value>) -> (u16, Value) {
    (status, json!({ "error": { "code": code, "message": format!("It is {code}."), "payment_intent": intent } }))
}

impl Double {
    /// Once for each key.
    fn once(&self, path: &str, headers: &HeaderMap, body: &Bytes, act: impl FnOnce() -> (u16, Value)) -> Response {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        // printf 'sk_test_123:' | base64
        if text("authorization") != "Basic c2tfdGVzdF8xMjM6" {
            return answer(error(401, "unauthorized", None));
        }
        assert_eq!(text("content-type"), "application/x-www-form-urlencoded");
        let (key, request) = (text("idempotency-key"), format!("{path}?{}", String::from_utf8_lossy(body)));
        assert!(!key.is_empty(), "{path} has no key");
        self.requests.lock().push((path.to_owned(), key.clone()));
        let known = self.answers.lock().get(&key).cloned();
        let (status, value) = match known {
            Some((same, ..)) if same != request => return answer(error(400, "idempotency_error", None)),
            Some((_, status, value)) => (status, value),
            None => {
                let (status, value) = act();
                self.effects.lock().push(path.to_owned());
                self.answers.lock().insert(key, (request, status, value.clone()));
                (status, value)
            }
        };
        let mut lose = self.lose.lock();
        if *lose > 0 {
            *lose -= 1;
            return answer(error(500, "api_error", None));
        }
        answer((status, value))
    }

    fn change(&self, id: &str, act: impl FnOnce(&mut Value) -> (u16, Value)) -> (u16, Value) {
        self.intents.lock().get_mut(id).map_or_else(|| error(404, "resource_missing", None), act)
    }
}

fn answer((status, value): (u16, Value)) -> Response {
    (StatusCode::from_u16(status).unwrap(), value.to_string()).into_response()
}

async fn create(State(double): State<Arc<Double>>, headers: HeaderMap, body: Bytes) -> Response {
    double.once("create", &headers, &body, || {
        let form = form(&body);
        assert_eq!((form["capture_method"].as_str(), form["currency"].as_str()), ("manual", "eur"));
        let id = format!("pi_{}", double.intents.lock().len() + 1);
        let intent = json!({
            "id": id, "status": "requires_payment_method", "amount": form["amount"].parse::<i64>().unwrap(),
            "amount_capturable": 0, "amount_received": 0, "client_secret": format!("{id}_secret"),
            "metadata": { "payment_id": form["metadata[payment_id]"] },
            "next_action": null, "last_payment_error": null, "latest_charge": null,
        });
        double.intents.lock().insert(id, intent.clone());
        (200, intent)
    })
}

async fn retrieve(
    State(double): State<Arc<Double>>,
    Path(id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    assert_eq!(query["expand[]"], "latest_charge");
    answer(double.change(&id, |intent| (200, intent.clone())))
}

async fn change(
    State(double): State<Arc<Double>>,
    Path((id, verb)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    double.once(&verb, &headers, &body, || {
        let form = form(&body);
        double.change(&id, |intent| {
            let amount = intent["amount"].clone();
            let status = intent["status"].as_str().unwrap().to_owned();
            match (verb.as_str(), status.as_str(), form.get("payment_method").map(String::as_str)) {
                ("confirm", "requires_payment_method", Some("pm_declined")) => {
                    intent["last_payment_error"] =
                        json!({ "code": "card_declined", "message": "Your card was declined." });
                    return error(402, "card_declined", Some(intent));
                }
                ("confirm", "requires_payment_method", Some("pm_3ds")) => {
                    intent["status"] = json!("requires_action");
                    intent["next_action"] = json!({ "redirect_to_url": { "url": "https://bank.example/3ds" } });
                    intent["return_url"] = json!(form.get("return_url"));
                }
                ("confirm", "requires_payment_method", _) => {
                    intent["status"] = json!("requires_capture");
                    intent["amount_capturable"] = amount;
                }
                ("capture", "requires_capture", _) => {
                    intent["status"] = json!("succeeded");
                    intent["amount_received"] = json!(form["amount_to_capture"].parse::<i64>().unwrap());
                    intent["amount_capturable"] = json!(0);
                    intent["latest_charge"] = json!({ "id": "ch_1", "amount_refunded": 0 });
                }
                ("cancel", "requires_capture" | "requires_payment_method" | "requires_action", _) => {
                    intent["status"] = json!("canceled");
                    intent["amount_capturable"] = json!(0);
                }
                _ => return error(400, "payment_intent_unexpected_state", None),
            }
            (200, intent.clone())
        })
    })
}

async fn refund(State(double): State<Arc<Double>>, headers: HeaderMap, body: Bytes) -> Response {
    double.once("refund", &headers, &body, || {
        let form = form(&body);
        double.change(&form["payment_intent"], |intent| {
            let amount: i64 = form["amount"].parse().unwrap();
            let refunded = intent["latest_charge"]["amount_refunded"].as_i64().unwrap() + amount;
            if refunded > intent["amount_received"].as_i64().unwrap() {
                return error(400, "charge_already_refunded", None);
            }
            intent["latest_charge"]["amount_refunded"] = json!(refunded);
            (200, json!({ "id": "re_1", "amount": amount }))
        })
    })
}
