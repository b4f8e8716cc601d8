//! What the test gateway keeps.
use super::declined;
use crate::payments::{Confirm, Create, GatewayError, MoveMoney, NextAction, Told};
use std::collections::BTreeSet;
use tradewind_domain::payment::PaymentEvent;
use uuid::Uuid;

/// A payment at the test gateway. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What the gateway calls it.
    pub gateway_id: String,
    /// Ours.
    pub payment_id: Uuid,
    /// What it was asked for.
    pub amount: i64,
    /// Held now.
    pub held: i64,
    /// Taken.
    pub captured: i64,
    /// Given back of it.
    pub refunded: i64,
    /// Nothing is paid any more.
    pub cancelled: bool,
    /// How often money was held or taken by a try.
    pub tries: u32,
    last: Option<PaymentEvent>,
}

#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) charges: Vec<Charge>,
    pub(super) is_down: bool,
    keys: BTreeSet<String>,
}

type Result<T> = std::result::Result<T, GatewayError>;

impl Account {
    fn charge(&mut self, gateway_id: &str) -> Result<&mut Charge> {
        if self.is_down {
            return Err(GatewayError::Unknown("the gateway is down".to_owned()));
        }
        let found = self.charges.iter_mut().find(|charge| charge.gateway_id == gateway_id);
        found.ok_or_else(|| GatewayError::Refused("there is no such payment".to_owned()))
    }

    /// False: the key was used.
    fn is_new(&mut self, key: &str) -> bool {
        self.keys.insert(key.to_owned())
    }

    pub(super) fn create(&mut self, create: &Create) -> Result<Told> {
        let gateway_id = format!("test_{}", create.payment_id.simple());
        if self.is_down {
            return Err(GatewayError::Unknown("the gateway is down".to_owned()));
        }
        if self.charge(&gateway_id).is_err() {
            self.charges.push(Charge {
                gateway_id: gateway_id.clone(),
                payment_id: create.payment_id,
                amount: create.amount,
                held: 0,
                captured: 0,
                refunded: 0,
                cancelled: false,
                tries: 0,
                last: None,
            });
        }
        self.retrieve(&gateway_id)
    }

    pub(super) fn confirm(&mut self, confirm: &Confirm) -> Result<Told> {
        let is_new = !self.is_down && self.is_new(&confirm.key);
        let charge = self.charge(&confirm.gateway_id)?;
        if is_new {
            if charge.cancelled || charge.held + charge.captured > 0 {
                return Err(GatewayError::Refused("the payment is not open".to_owned()));
            }
            match confirm.method.as_str() {
                "decline" => charge.last = Some(PaymentEvent::Failed),
                "action" => charge.last = Some(PaymentEvent::ActionRequired),
                "approve_captured" => (charge.captured, charge.tries) = (charge.amount, charge.tries + 1),
                "partial" => (charge.held, charge.tries) = (charge.amount - 1, charge.tries + 1),
                _ => (charge.held, charge.tries) = (charge.amount, charge.tries + 1),
            }
        }
        self.retrieve(&confirm.gateway_id)
    }

    pub(super) fn act(&mut self, gateway_id: &str, event: impl Fn(i64) -> PaymentEvent) {
        let Ok(charge) = self.charge(gateway_id) else { return };
        if charge.last == Some(PaymentEvent::ActionRequired) && !charge.cancelled {
            charge.last = Some(event(charge.amount));
            if let Some(PaymentEvent::Authorised { amount }) = charge.last {
                (charge.held, charge.tries) = (amount, charge.tries + 1);
            }
        }
    }

    pub(super) fn take(&mut self, gateway_id: &str) {
        if let Ok(charge) = self.charge(gateway_id) {
            (charge.captured, charge.held) = (charge.held, 0);
        }
    }

    pub(super) fn give_back(&mut self, gateway_id: &str, amount: i64) {
        if let Ok(charge) = self.charge(gateway_id) {
            charge.refunded = (charge.refunded + amount).min(charge.captured);
        }
    }

    pub(super) fn capture(&mut self, capture: &MoveMoney) -> Result<Told> {
        let is_new = !self.is_down && self.is_new(&capture.key);
        let charge = self.charge(&capture.gateway_id)?;
        if is_new {
            if charge.held < capture.amount {
                return Err(GatewayError::Refused("so much is not held".to_owned()));
            }
            (charge.captured, charge.held) = (capture.amount, 0);
        }
        self.retrieve(&capture.gateway_id)
    }

    pub(super) fn cancel(&mut self, gateway_id: &str) -> Result<Told> {
        let charge = self.charge(gateway_id)?;
        if charge.captured > 0 {
            return Err(GatewayError::Refused("it was captured".to_owned()));
        }
        (charge.held, charge.cancelled) = (0, true);
        self.retrieve(gateway_id)
    }

    pub(super) fn refund(&mut self, refund: &MoveMoney) -> Result<Told> {
        let is_new = !self.is_down && self.is_new(&refund.key);
        let charge = self.charge(&refund.gateway_id)?;
        if is_new {
            if charge.captured - charge.refunded < refund.amount {
                return Err(GatewayError::Refused("so much was not taken".to_owned()));
            }
            charge.refunded += refund.amount;
        }
        self.retrieve(&refund.gateway_id)
    }

    pub(super) fn retrieve(&mut self, gateway_id: &str) -> Result<Told> {
        let charge = self.charge(gateway_id)?;
        let event = match charge {
            Charge { cancelled: true, .. } => Some(PaymentEvent::Voided),
            Charge { captured, refunded, .. } if *refunded > 0 => {
                Some(PaymentEvent::Refunded { captured: *captured, refunded: *refunded })
            }
            Charge { captured, .. } if *captured > 0 => Some(PaymentEvent::Captured { amount: *captured }),
            Charge { held, .. } if *held > 0 => Some(PaymentEvent::Authorised { amount: *held }),
            Charge { last, .. } => *last,
        };
        let action = || NextAction { redirect_url: Some("https://bank.example/confirm".into()), client_secret: None };
        Ok(Told {
            gateway_id: charge.gateway_id.clone(),
            payment_id: Some(charge.payment_id),
            event,
            next_action: (event == Some(PaymentEvent::ActionRequired)).then(action),
            failure: (event == Some(PaymentEvent::Failed)).then(declined),
        })
    }
}
