//! The devices on which a customer is logged in.
use super::{
    AccountError, Accounts, Moment, Outcome,
    refusal::{codes, refused},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tradewind_persistence::{
    read::session::{DeviceRow, devices_by_customers},
    write::{Ending, SessionUse, WriteTx, note_session_uses, revoke_sessions},
};
use uuid::Uuid;

/// Most devices that are listed.
const LISTED: u32 = 100;

/// The devices, the newest first, at most 100.
pub async fn list(accounts: &Accounts, customer_id: Uuid, now: DateTime<Utc>) -> Result<Vec<DeviceRow>, AccountError> {
    let mut devices = devices_by_customers(&accounts.db, vec![customer_id], LISTED, now).await?;
    Ok(devices.remove(&customer_id).unwrap_or_default())
}

codes! {
    /// Why a session is not ended.
    Code {
        /// The customer has no such session that lives.
        NotFound = "NOT_FOUND",
    }
}

/// Sessions that were ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// How many.
    pub sessions_ended: u64,
}

/// Logs a device of the customer out.
pub async fn revoke(
    tx: &WriteTx,
    customer_id: Uuid,
    session_id: Uuid,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Revoked, Code>, AccountError> {
    let sessions_ended = revoke_sessions(tx, customer_id, Ending::One(session_id), moment.now()).await?;
    match sessions_ended {
        0 => Ok(Err(refused(Code::NotFound, "The device is not logged in."))),
        _ => Ok(Ok(Revoked { sessions_ended })),
    }
}

/// Logs every device out but the one that asks.
pub async fn revoke_others(
    tx: &WriteTx,
    customer_id: Uuid,
    session_id: Uuid,
    moment: &mut Moment<'_>,
) -> Result<Revoked, AccountError> {
    let sessions_ended = revoke_sessions(tx, customer_id, Ending::AllBut(session_id), moment.now()).await?;
    Ok(Revoked { sessions_ended })
}

/// Notes when sessions were used, for the list; whoever calls it for each request writes for each request, so keep uses for
/// some minutes and note them together.
pub async fn note_uses(tx: &WriteTx, uses: &[SessionUse]) -> Result<(), AccountError> {
    Ok(note_session_uses(tx, uses).await?)
}
