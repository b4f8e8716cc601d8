//! The server, as a storefront asks it.
use super::{Opened, goods::Goods};
use crate::{
    Failure,
    http_client::{Connection, Endpoint},
    request::Request,
};
use serde_json::{Value, json};
use std::rc::Rc;

const CART: &str = "mutation { cartCreate { token cart { id } userErrors { code } } }";
const ADD: &str = "mutation($cart: CartAccessInput!, $lines: [CartLineInput!]!) {
  cartLinesAdd(cart: $cart, lines: $lines) { cart { totalQuantity } userErrors { code } } }";
const START: &str = "mutation($cart: CartAccessInput!) {
  checkoutStart(cart: $cart) { token checkout { expiresAt } userErrors { code } } }";
const NAME: &str = "mutation($token: String!) {
  checkoutUpdate(token: $token, input: { email: \"buyer@bench.example\" }) { checkout { status } userErrors { code } } }";
const COMPLETE: &str = "mutation($token: String!) {
  checkoutPay(token: $token, input: { gateway: \"test\", method: \"approve\" }) {
    order { number } orderToken userErrors { code } } }";

pub(super) struct Server {
    connection: Connection,
    endpoint: Endpoint,
    goods: Rc<Goods>,
}

impl Server {
    pub(super) async fn connect(endpoint: &Endpoint, goods: Rc<Goods>) -> Result<Self, Failure> {
        Ok(Self { connection: endpoint.connect().await?, endpoint: endpoint.clone(), goods })
    }

    /// The payload of a mutation that was not refused.
    async fn mutate(&mut self, field: &str, document: &str, variables: Value) -> Result<Value, Failure> {
        let body = json!({ "query": document, "variables": variables });
        let answer = self.connection.send(&Request::json(&self.endpoint, &body)?).await?;
        let mut value: Value = serde_json::from_slice(&answer.body)?;
        let payload = value["data"][field].take();
        match payload["userErrors"].as_array().is_some_and(Vec::is_empty) {
            true => Ok(payload),
            false => Err(format!("{field}: {payload} {value}").into()),
        }
    }

    pub(super) async fn cart(&mut self) -> Result<Opened, Failure> {
        let created = self.mutate("cartCreate", CART, json!({})).await?;
        Ok(Opened { id: text(&created["cart"]["id"])?, token: text(&created["token"])? })
    }

    pub(super) async fn add(&mut self, cart: &Opened, variant: usize) -> Result<(), Failure> {
        let line = json!({ "variantId": self.goods.item(variant).global_id });
        self.mutate("cartLinesAdd", ADD, json!({ "cart": access(cart), "lines": [line] })).await.map(drop)
    }

    pub(super) async fn start(&mut self, cart: &Opened) -> Result<Opened, Failure> {
        let started = self.mutate("checkoutStart", START, json!({ "cart": access(cart) })).await?;
        Ok(Opened { id: String::new(), token: text(&started["token"])? })
    }

    pub(super) async fn name(&mut self, checkout: &Opened) -> Result<(), Failure> {
        self.mutate("checkoutUpdate", NAME, json!({ "token": checkout.token })).await.map(drop)
    }

    pub(super) async fn complete(&mut self, checkout: &Opened) -> Result<(), Failure> {
        let paid = self.mutate("checkoutPay", COMPLETE, json!({ "token": checkout.token })).await?;
        match paid["order"]["number"].is_i64() {
            true => Ok(()),
            false => Err(format!("there is no order: is TRADEWIND_TEST_PAYMENTS on? {paid}").into()),
        }
    }
}

fn access(cart: &Opened) -> Value {
    json!({ "id": cart.id, "token": cart.token })
}

fn text(value: &Value) -> Result<String, Failure> {
    Ok(value.as_str().ok_or("a token is missing in an answer")?.to_owned())
}
