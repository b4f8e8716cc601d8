//! What the gateway keeps: payment intents, and its answers by their keys.
use super::{UNPAYABLE, method};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A payment. Amounts are minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) id: String,
    /// The shop's.
    pub(crate) payment_id: String,
    pub(crate) amount: i64,
    pub(crate) status: &'static str,
    /// Held now.
    pub(crate) held: i64,
    /// Taken.
    pub(crate) captured: i64,
    /// Given back of it.
    pub(crate) refunded: i64,
    /// How often money was held or taken.
    pub(crate) charges: u32,
    pub(crate) declined: bool,
}

/// A status, and a body.
pub(super) type Reply = (u16, Value);

/// Everything. An answer is kept by its key, and a key with another request is refused, as Stripe does.
#[derive(Debug, Default)]
pub(super) struct Books {
    intents: BTreeMap<String, Intent>,
    answers: BTreeMap<String, (String, Reply)>,
}

impl Intent {
    pub(super) fn to_json(&self) -> Value {
        let charge = (self.captured > 0).then(|| json!({ "id": "ch_1", "amount_refunded": self.refunded }));
        let error = self.declined.then(|| json!({ "code": "card_declined", "message": "The card was declined." }));
        let action = (self.status == "requires_action")
            .then(|| json!({ "redirect_to_url": { "url": "https://bank.example/" } }));
        json!({
            "id": self.id, "status": self.status, "amount": self.amount, "amount_capturable": self.held,
            "amount_received": self.captured, "client_secret": format!("{}_secret", self.id),
            "metadata": { "payment_id": self.payment_id }, "next_action": action, "last_payment_error": error,
            "latest_charge": charge,
        })
    }

    /// What the shop has of it now.
    pub(crate) fn kept(&self) -> i64 {
        self.captured - self.refunded
    }

    fn hold(&mut self) {
        (self.status, self.held, self.declined) = ("requires_capture", self.amount, false);
        self.charges += 1;
    }

    fn take(&mut self, amount: i64) {
        (self.status, self.captured, self.held) = ("succeeded", amount, 0);
    }
}

pub(super) fn refused(status: u16, code: &str, intent: Option<&Intent>) -> Reply {
    let intent = intent.map(Intent::to_json);
    (status, json!({ "error": { "code": code, "message": format!("It is {code}."), "payment_intent": intent } }))
}

impl Books {
    pub(super) fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.intents.values()
    }

    /// Once for each key; whether it was done now.
    pub(super) fn once(&mut self, key: &str, request: &str, act: impl FnOnce(&mut Self) -> Reply) -> (Reply, bool) {
        match self.answers.get(key) {
            Some((same, _)) if same != request => (refused(400, "idempotency_error", None), false),
            Some((_, reply)) => (reply.clone(), false),
            None => {
                let reply = act(self);
                self.answers.insert(key.to_owned(), (request.to_owned(), reply.clone()));
                (reply, true)
            }
        }
    }

    pub(super) fn create(&mut self, form: &BTreeMap<String, String>) -> Reply {
        let amount = form.get("amount").and_then(|amount| amount.parse::<i64>().ok()).unwrap_or(0);
        let is_manual = form.get("capture_method").is_some_and(|method| method == "manual");
        if amount <= 0 || amount == UNPAYABLE || !is_manual {
            return refused(400, "amount_not_payable", None);
        }
        let id = format!("pi_{}", self.intents.len() + 1);
        let payment_id = form.get("metadata[payment_id]").cloned().unwrap_or_default();
        let status = "requires_payment_method";
        let intent = Intent { id: id.clone(), payment_id, amount, status, ..Intent::default() };
        let reply = (200, intent.to_json());
        self.intents.insert(id, intent);
        reply
    }

    pub(super) fn retrieve(&self, id: &str) -> Reply {
        self.intents.get(id).map_or_else(|| refused(404, "resource_missing", None), |intent| (200, intent.to_json()))
    }

    pub(super) fn change(&mut self, id: &str, verb: &str, form: &BTreeMap<String, String>) -> Reply {
        let Some(intent) = self.intents.get_mut(id) else { return refused(404, "resource_missing", None) };
        match (verb, intent.status) {
            ("confirm", "requires_payment_method") => match form.get("payment_method").map(String::as_str) {
                Some(method::DECLINE) => {
                    intent.declined = true;
                    return refused(402, "card_declined", Some(intent));
                }
                Some(method::ACTION) => intent.status = "requires_action",
                _ => intent.hold(),
            },
            ("capture", "requires_capture") => {
                let amount = form.get("amount_to_capture").and_then(|amount| amount.parse().ok());
                let amount: i64 = amount.unwrap_or(intent.amount);
                if amount > intent.held {
                    return refused(400, "amount_too_large", None);
                }
                intent.take(amount);
            }
            ("cancel", "requires_capture" | "requires_payment_method" | "requires_action") => {
                (intent.status, intent.held) = ("canceled", 0);
            }
            _ => return refused(400, "payment_intent_unexpected_state", None),
        }
        (200, intent.to_json())
    }

    pub(super) fn refund(&mut self, form: &BTreeMap<String, String>) -> (Reply, Option<String>) {
        let amount = form.get("amount").and_then(|amount| amount.parse::<i64>().ok()).unwrap_or(0);
        let Some(intent) = form.get("payment_intent").and_then(|id| self.intents.get_mut(id)) else {
            return (refused(404, "resource_missing", None), None);
        };
        if amount <= 0 || amount > intent.kept() {
            return (refused(400, "charge_already_refunded", None), None);
        }
        intent.refunded += amount;
        ((200, json!({ "id": "re_1", "amount": amount })), Some(intent.id.clone()))
    }

    pub(super) fn act(&mut self, id: &str, takes: bool) -> Option<Intent> {
        let intent = self.intents.get_mut(id).filter(|intent| intent.status == "requires_action")?;
        intent.hold();
        if takes {
            intent.take(intent.amount);
        }
        Some(intent.clone())
    }
}
