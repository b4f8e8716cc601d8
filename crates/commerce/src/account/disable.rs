//! Locking an account, and unlocking it: for staff.
use super::{AccountError, Moment};
use tradewind_persistence::write::{Ending, Purpose, WriteTx, end_tokens, lock_account, revoke_sessions, save_account};
use uuid::Uuid;

/// Lets nobody log in, and ends every session and every link. Whether there is such an account that is not deleted.
pub async fn disable(tx: &WriteTx, customer_id: Uuid, moment: &mut Moment<'_>) -> Result<bool, AccountError> {
    let Some(mut account) = lock_account(tx, customer_id).await?.filter(|account| account.deleted_at.is_none()) else {
        return Ok(false);
    };
    let now = moment.now();
    account.disabled_at.get_or_insert(now);
    account.version += 1;
    account.updated_at = now;
    save_account(tx, &account).await?;
    revoke_sessions(tx, customer_id, Ending::All, now).await?;
    end_tokens(tx, customer_id, &Purpose::EACH, now).await?;
    Ok(true)
}

/// Lets the owner log in again. Whether there is such an account that is not deleted.
pub async fn enable(tx: &WriteTx, customer_id: Uuid, moment: &mut Moment<'_>) -> Result<bool, AccountError> {
    let Some(mut account) = lock_account(tx, customer_id).await?.filter(|account| account.deleted_at.is_none()) else {
        return Ok(false);
    };
    account.disabled_at = None;
    account.version += 1;
    account.updated_at = moment.now();
    save_account(tx, &account).await?;
    Ok(true)
}
