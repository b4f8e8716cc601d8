//! A payment intent, as far as it matters here: <https://docs.stripe.com/api/payment_intents/object>.
use crate::payments::{BadWebhook, Failure, NextAction, Told};
use serde::Deserialize;
use std::collections::BTreeMap;
use tradewind_domain::payment::PaymentEvent;

#[derive(Deserialize)]
struct Intent {
    id: String,
    status: String,
    #[serde(default)]
    amount_capturable: i64,
    #[serde(default)]
    amount_received: i64,
    client_secret: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    next_action: Option<Action>,
    last_payment_error: Option<PaymentErrorBody>,
    /// An object where it was asked for, else an id.
    latest_charge: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Action {
    redirect_to_url: Option<Redirect>,
}

#[derive(Deserialize)]
struct Redirect {
    url: Option<String>,
}

#[derive(Deserialize)]
struct PaymentErrorBody {
    code: Option<String>,
    message: Option<String>,
}

impl Intent {
    /// <https://docs.stripe.com/payments/paymentintents/lifecycle>
    fn event(&self) -> Option<PaymentEvent> {
        match self.status.as_str() {
            "requires_payment_method" => self.last_payment_error.as_ref().map(|_| PaymentEvent::Failed),
            "requires_action" => Some(PaymentEvent::ActionRequired),
            "requires_capture" => Some(PaymentEvent::Authorised { amount: self.amount_capturable }),
            "succeeded" => Some(match self.refunded() {
                0 => PaymentEvent::Captured { amount: self.amount_received },
                refunded => PaymentEvent::Refunded { captured: self.amount_received, refunded },
            }),
            "canceled" => Some(PaymentEvent::Voided),
            _ => None,
        }
    }

    fn refunded(&self) -> i64 {
        let charge = self.latest_charge.as_ref();
        charge.and_then(|charge| charge.get("amount_refunded")).and_then(serde_json::Value::as_i64).unwrap_or(0)
    }

    fn told(self) -> Told {
        let event = self.event();
        let action = (event == Some(PaymentEvent::ActionRequired)).then(|| NextAction {
            redirect_url: self.next_action.and_then(|action| action.redirect_to_url).and_then(|redirect| redirect.url),
            client_secret: self.client_secret,
        });
        let failure = self.last_payment_error.filter(|_| event == Some(PaymentEvent::Failed)).map(|error| Failure {
            code: error.code.unwrap_or_else(|| "declined".to_owned()),
            message: error.message.unwrap_or_else(|| "The payment was declined.".to_owned()),
        });
        let payment_id = self.metadata.get("payment_id").and_then(|id| id.parse().ok());
        Told { gateway_id: self.id, payment_id, event, next_action: action, failure }
    }
}

pub(super) fn read(body: &[u8]) -> Option<Told> {
    serde_json::from_slice::<Intent>(body).ok().map(Intent::told)
}

#[derive(Deserialize)]
struct Event {
    r#type: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: serde_json::Value,
}

/// What an event tells. One about a charge (a refund in the dashboard) names the intent, which must be asked for: its event
/// is unknown here.
pub(super) fn of_webhook(body: &[u8]) -> Result<Option<Told>, BadWebhook> {
    let event: Event = serde_json::from_slice(body).map_err(|_| BadWebhook::Unreadable)?;
    if event.r#type.starts_with("payment_intent.") {
        let intent: Intent = serde_json::from_value(event.data.object).map_err(|_| BadWebhook::Unreadable)?;
        return Ok(Some(intent.told()));
    }
    let intent = event.data.object.get("payment_intent").and_then(|id| id.as_str());
    let unknown =
        |id: &str| Told { gateway_id: id.to_owned(), payment_id: None, event: None, next_action: None, failure: None };
    Ok(intent.filter(|_| event.r#type.starts_with("charge.")).map(unknown))
}
