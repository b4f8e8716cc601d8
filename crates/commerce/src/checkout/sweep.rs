//! What a crash, a lost answer or a shopper who left leaves open. Any number of sweepers may run.
use super::{BuyError, Checkouts, begin::is_live};
use crate::jobs::{Job, JobError, Run};
use serde::{Deserialize, Serialize};
use tradewind_domain::{
    checkout::{CheckoutState, ReturnReason},
    payment::PaymentStage,
};
use tradewind_persistence::{
    failpoint,
    write::{
        Conn, End, StoredPayment, delete_old_checkouts, lock_checkout, lock_payments, overdue_checkouts, payment_by_id,
        save_payment, take_due_payments, transact,
    },
};
use uuid::Uuid;

/// Rows that one call looks at.
const LIMIT: u32 = 100;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Checkouts whose stock was given back.
    pub expired: usize,
    /// Payments that the gateway was asked about.
    pub asked: usize,
}

impl Checkouts {
    /// Ends checkouts whose hold is over, and asks the gateways about payments that are open: completes, takes, drops or
    /// gives back. Call it again until it has nothing to tell.
    pub async fn sweep(&self) -> Result<Swept, BuyError> {
        let mut swept = Swept::default();
        for id in overdue_checkouts(Conn::from(&self.db), self.sources.now(), LIMIT).await? {
            swept.expired += usize::from(self.expire(id).await?.is_some());
        }
        let due = self.take_due().await?;
        swept.asked = due.len();
        for stored in due {
            let id = stored.payment.id;
            if let Err(error) = self.look_at(stored).await {
                // One that cannot be settled keeps none of the others waiting.
                tracing::error!(payment = %id, %error, "a payment could not be settled: it is tried again later");
            }
        }
        Ok(swept)
    }

    async fn take_due(&self) -> Result<Vec<StoredPayment>, BuyError> {
        let now = self.sources.now();
        let done = transact(&self.db, |tx| async move {
            let due = take_due_payments(&tx, now, now + self.config.patience, LIMIT).await?;
            Ok(if due.is_empty() { End::RollBack(tx, due) } else { End::Commit(tx, due) })
        });
        let due = done.await?.value;
        if !due.is_empty() {
            failpoint::reach("due", "committed");
        }
        Ok(due)
    }

    async fn look_at(&self, stored: StoredPayment) -> Result<(), BuyError> {
        let id = stored.payment.id;
        if stored.gateway_id.is_none() {
            return self.void_unsent(id).await;
        }
        if let Some(gateway) = self.gateways.get(&stored.gateway).cloned() {
            self.ask(&stored, &gateway).await?;
        }
        self.give_up_dead(id).await?;
        self.settle(id).await
    }

    /// No money was asked for, and none will be: who would ask looks at the payment first.
    async fn void_unsent(&self, id: Uuid) -> Result<(), BuyError> {
        self.with_payment(id, |checkout, stored| {
            if stored.gateway_id.is_some() {
                return;
            }
            stored.payment.stage = PaymentStage::Voided;
            stored.check_at = None;
            if let CheckoutState::Paying { expires_at } = *checkout
                && !stored.payment.given_up
            {
                *checkout = CheckoutState::Held { expires_at };
            }
        })
        .await
    }

    /// A payment that is not paid while its checkout lives never will be.
    async fn give_up_dead(&self, id: Uuid) -> Result<(), BuyError> {
        let now = self.sources.now();
        self.with_payment(id, |checkout, stored| {
            let is_dead = match *checkout {
                CheckoutState::Held { expires_at } | CheckoutState::Paying { expires_at } => expires_at <= now,
                CheckoutState::Completed { payment_id } => payment_id != Some(id),
                CheckoutState::Expired | CheckoutState::Cancelled => true,
                CheckoutState::Open => false,
            };
            if is_dead && is_live(stored) {
                stored.payment.given_up = true;
                stored.return_reason = stored.return_reason.or(Some(ReturnReason::HoldExpired));
            }
        })
        .await
    }

    async fn with_payment(
        &self,
        id: Uuid,
        change: impl Fn(&mut CheckoutState, &mut StoredPayment),
    ) -> Result<(), BuyError> {
        let (now, change) = (self.sources.now(), &change);
        let done = transact(&self.db, |tx| async move {
            let Some(known) = payment_by_id((&tx).into(), id).await? else { return Ok(End::RollBack(tx, Ok(()))) };
            let checkout = lock_checkout(&tx, known.checkout_id).await?;
            let stored = lock_payments(&tx, known.checkout_id).await?.into_iter().find(|it| it.payment.id == id);
            let (Some(mut checkout), Some(mut stored)) = (checkout, stored) else {
                return Ok(End::RollBack(tx, Ok(())));
            };
            let (state, before) = (checkout.state, (stored.payment, stored.check_at));
            change(&mut checkout.state, &mut stored);
            if (stored.payment, stored.check_at) == before && checkout.state == state {
                return Ok(End::RollBack(tx, Ok(())));
            }
            stored.updated_at = now;
            save_payment(&tx, &stored).await?;
            if checkout.state != state {
                match self.save(&tx, &mut checkout, now).await {
                    Ok(()) => {}
                    Err(BuyError::Database(error)) => return Err(error),
                    Err(error) => return Ok(End::RollBack(tx, Err(error))),
                }
            }
            failpoint::reach("payment", "before-commit");
            Ok(End::Commit(tx, Ok(())))
        });
        done.await?.value?;
        failpoint::reach("payment", "looked-at");
        Ok(())
    }

    /// Deletes checkouts that came to nothing long ago; how many.
    pub async fn forget(&self) -> Result<u64, BuyError> {
        let before = self.sources.now() - self.config.keep;
        let done = transact(&self.db, |tx| async move {
            let deleted = delete_old_checkouts(&tx, before, LIMIT).await?;
            Ok(End::Commit(tx, deleted))
        });
        Ok(done.await?.value)
    }
}

/// Sweeps until nothing is left to do.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct SweepCheckouts {}

impl Job for SweepCheckouts {
    const NAME: &'static str = "sweep-checkouts";
    const AT_ONCE: u32 = 1;
    #[cfg(feature = "rig")]
    const LEASE: std::time::Duration = std::time::Duration::from_secs(2);
    type Context = Checkouts;

    async fn run(&self, checkouts: &Checkouts, _: &Run) -> Result<(), JobError> {
        while checkouts.sweep().await? != Swept::default() {}
        checkouts.forget().await?;
        Ok(())
    }
}
