//! What all flows need.
use super::Pricing;
use crate::{Sources, mail::Post, payments::Gateways};
use chrono::TimeDelta;
use std::{fmt, sync::Arc, time::Duration};
use tradewind_persistence::Db;

/// How long things last, and when money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckoutConfig {
    /// How long stock and a quote are held.
    pub hold: TimeDelta,
    /// After how long without news the gateway is asked about a payment, at first; it doubles each time.
    pub patience: TimeDelta,
    /// The longest time between two questions about one payment.
    pub longest_patience: TimeDelta,
    /// Take what is held as soon as there is an order. Else it is taken with the first fulfilment.
    pub capture_at_once: bool,
    /// How often the worker sweeps.
    pub sweep: Duration,
    /// How long checkouts that came to nothing are kept.
    pub keep: TimeDelta,
}

impl Default for CheckoutConfig {
    fn default() -> Self {
        Self {
            hold: TimeDelta::minutes(15),
            patience: TimeDelta::seconds(30),
            longest_patience: TimeDelta::hours(1),
            capture_at_once: true,
            sweep: Duration::from_secs(10),
            keep: TimeDelta::days(30),
        }
    }
}

/// What all flows need. Clones share it.
#[derive(Clone)]
pub struct Checkouts {
    /// The shop's database.
    pub db: Db,
    /// Whom payments are asked of.
    pub gateways: Gateways,
    /// Carts, promotions and gift cards.
    pub pricing: Arc<dyn Pricing>,
    /// Writes letters.
    pub post: Post,
    /// The time, and ids.
    pub sources: Sources,
    /// How long things last.
    pub config: CheckoutConfig,
}

impl fmt::Debug for Checkouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkouts")
            .field("gateways", &self.gateways)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
