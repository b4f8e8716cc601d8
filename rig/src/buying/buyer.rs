//! A guest who buys, as a storefront does for them: docs/buying-over-graphql.md.
use super::Fleet;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

const CREATE: &str =
    "mutation($lines:[CartLineInput!]){cartCreate(input:{lines:$lines}){token cart{id} userErrors{code}}}";
const ADD: &str = "mutation($cart:CartAccessInput!,$lines:[CartLineInput!]!){cartLinesAdd(cart:$cart,lines:$lines){cart{id} userErrors{code}}}";
const START: &str = "mutation($cart:CartAccessInput!){checkoutStart(cart:$cart){token userErrors{code}}}";
const UPDATE: &str = "mutation($token:String!,$input:CheckoutUpdateInput!){checkoutUpdate(token:$token,input:$input){checkout{status} userErrors{code}}}";
const PAY: &str = "mutation($token:String!,$input:CheckoutPayInput!){checkoutPay(token:$token,input:$input){status action{clientSecret} order{number} orderToken userErrors{code}}}";
const COMPLETE: &str =
    "mutation($token:String!){checkoutComplete(token:$token){order{number} orderToken userErrors{code}}}";
const CANCEL: &str = "mutation($token:String!){checkoutCancel(token:$token){checkout{status} userErrors{code}}}";
const CANCEL_ORDER: &str =
    "mutation($order:OrderAccessInput!){orderCancel(order:$order,reason:\"rig\"){order{status} userErrors{code}}}";

/// Between two tries of one request.
const PAUSE_MS: u64 = 200;

/// Why it does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The shop says no: the mutation and its code.
    Code(String),
    /// There was no answer, or one that says that something is broken, however often it was sent.
    Broken(String),
}

/// What a mutation came to.
pub(crate) type Step<T> = Result<T, Refused>;

/// `CartAccessInput`.
#[derive(Clone, Debug)]
pub(crate) struct Cart(Value);

/// A guest. Each request has an idempotency key, and is sent again where it has no answer.
#[derive(Debug)]
pub(crate) struct Buyer {
    fleet: Arc<Fleet>,
    /// How often a request is sent at most.
    tries: u32,
    random: Mutex<fastrand::Rng>,
    /// Requests that were sent again, by the reason.
    again: Mutex<BTreeMap<String, u64>>,
}

enum Sent {
    Data(Value),
    /// It makes sense to send it again.
    Again(String),
    Broken(String),
}

impl Buyer {
    pub(crate) fn new(fleet: Arc<Fleet>, tries: u32, seed: u64) -> Self {
        let random = Mutex::new(fastrand::Rng::with_seed(seed));
        Self { fleet, tries, random, again: Mutex::default() }
    }

    pub(crate) fn random<T>(&self, choose: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        choose(&mut self.random.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Requests that were sent again, by the reason.
    pub(crate) fn again(&self) -> BTreeMap<String, u64> {
        self.again.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A cart with these lines: the first comes with it, each other is added.
    pub(crate) async fn cart(&self, lines: &[Value]) -> Step<Cart> {
        let (first, others) = lines.split_at(lines.len().min(1));
        let created = self.mutate("cartCreate", CREATE, &json!({ "lines": first })).await?;
        let cart = Cart(json!({ "id": created["cart"]["id"], "token": created["token"] }));
        for line in others {
            self.mutate("cartLinesAdd", ADD, &json!({ "cart": cart.0, "lines": [line] })).await?;
        }
        Ok(cart)
    }

    /// The token of the checkout, whose goods are held.
    pub(crate) async fn start(&self, cart: &Cart) -> Step<String> {
        let started = self.mutate("checkoutStart", START, &json!({ "cart": cart.0 })).await?;
        text(&started["token"], "checkoutStart gave no token")
    }

    pub(crate) async fn update(&self, token: &str) -> Step<()> {
        let input = json!({ "email": "buyer@rig.example" });
        self.mutate("checkoutUpdate", UPDATE, &json!({ "token": token, "input": input })).await.map(drop)
    }

    /// The payload: status, and perhaps an order.
    pub(crate) async fn pay(&self, token: &str, gateway: &str, method: &str) -> Step<Value> {
        let input = json!({ "gateway": gateway, "method": method });
        self.mutate("checkoutPay", PAY, &json!({ "token": token, "input": input })).await
    }

    /// The payload: an order.
    pub(crate) async fn complete(&self, token: &str) -> Step<Value> {
        self.mutate("checkoutComplete", COMPLETE, &json!({ "token": token })).await
    }

    pub(crate) async fn cancel(&self, token: &str) -> Step<()> {
        self.mutate("checkoutCancel", CANCEL, &json!({ "token": token })).await.map(drop)
    }

    /// `token`: of the order.
    pub(crate) async fn cancel_order(&self, token: &Value) -> Step<()> {
        self.mutate("orderCancel", CANCEL_ORDER, &json!({ "order": { "token": token } })).await.map(drop)
    }

    async fn mutate(&self, field: &str, document: &str, variables: &Value) -> Step<Value> {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let key = self.random(|random| uuid::Builder::from_random_bytes(random.u128(..).to_be_bytes()).into_uuid());
        let mut last = String::new();
        for number in 0..self.tries.max(1) {
            if number > 0 {
                *self.again.lock().unwrap_or_else(PoisonError::into_inner).entry(last.clone()).or_default() += 1;
                tokio::time::sleep(Duration::from_millis(self.random(|random| random.u64(1..=PAUSE_MS)))).await;
            }
            match self.once(field, &body, key).await {
                Sent::Data(payload) => return refused(field, payload),
                Sent::Again(reason) => last = reason,
                Sent::Broken(reason) => return Err(Refused::Broken(format!("{field}: {reason}"))),
            }
        }
        Err(Refused::Broken(format!("{field}: {last}")))
    }

    async fn once(&self, field: &str, body: &str, key: Uuid) -> Sent {
        let mut answer = match self.fleet.send(body, &key.to_string()).await {
            Ok(answer) => answer,
            Err(error) => return Sent::Again(format!("no answer ({})", error.kind())),
        };
        if let Some(error) = answer["errors"].get(0) {
            let code = error["extensions"]["code"].as_str().unwrap_or_default();
            return match code {
                "UNAVAILABLE" | "TIMEOUT" => Sent::Again(code.to_owned()),
                _ => Sent::Broken(error.to_string()),
            };
        }
        match answer["data"][field].take() {
            Value::Null => Sent::Broken(format!("neither data nor errors: {answer}")),
            payload => Sent::Data(payload),
        }
    }
}

fn refused(field: &str, payload: Value) -> Step<Value> {
    match payload["userErrors"][0]["code"].as_str() {
        Some(code) => Err(Refused::Code(format!("{field} {code}"))),
        None => Ok(payload),
    }
}

fn text(value: &Value, missing: &str) -> Step<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| Refused::Broken(missing.to_owned()))
}
