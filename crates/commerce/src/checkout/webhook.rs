//! What a gateway tells unasked. It may come before, during and after the answer of a call, and several times at once.
use super::{BuyError, Checkouts};
use crate::payments::BadWebhook;
use tradewind_persistence::{
    failpoint,
    write::{Conn, payment_by_gateway_id, payment_by_id},
};

/// Why a webhook is answered with an error: the gateway sends it again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is no such gateway.
    #[error("there is no gateway of this name")]
    UnknownGateway,
    /// It is not believed.
    #[error(transparent)]
    Bad(#[from] BadWebhook),
    /// It could not be stored.
    #[error(transparent)]
    Failed(#[from] BuyError),
}

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookOutcome {
    /// Stored, or known already.
    Stored,
    /// It tells nothing of a payment of this shop.
    Ignored,
}

impl Checkouts {
    /// Stores what a gateway tells, and sees to what follows.
    pub async fn webhook(&self, gateway: &str, signature: &str, body: &[u8]) -> Result<WebhookOutcome, WebhookError> {
        let gateway = self.gateways.get(gateway).cloned().ok_or(WebhookError::UnknownGateway)?;
        let Some(told) = gateway.webhook(signature, body, self.sources.now())? else {
            return Ok(WebhookOutcome::Ignored);
        };
        let conn = Conn::from(&self.db);
        let by_id = match told.payment_id {
            Some(id) => payment_by_id(conn, id).await.map_err(BuyError::from)?,
            None => None,
        };
        let found = match by_id.filter(|stored| stored.gateway == gateway.name()) {
            Some(stored) => Some(stored),
            None => payment_by_gateway_id(conn, gateway.name(), &told.gateway_id).await.map_err(BuyError::from)?,
        };
        let Some(stored) = found else { return Ok(WebhookOutcome::Ignored) };
        failpoint::reach("webhook", "received");
        match told.event {
            Some(_) => self.store(stored.payment.id, &told, &gateway).await?,
            None => {
                // Not stored anywhere yet: where there is no answer now, the gateway must send this again.
                let unknown = |error: crate::payments::GatewayError| BuyError::Failed(error.to_string());
                let told = gateway.retrieve(&told.gateway_id).await.map_err(unknown)?;
                self.store(stored.payment.id, &told, &gateway).await?;
            }
        }
        failpoint::reach("webhook", "stored");
        self.settle(stored.payment.id).await?;
        failpoint::reach("webhook", "settled");
        Ok(WebhookOutcome::Stored)
    }
}
