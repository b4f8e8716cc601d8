//! Ending the session of a token.
use super::{AccountError, Moment, Token};
use serde::{Deserialize, Serialize};
use tradewind_persistence::write::{Ending, WriteTx, lock_session, revoke_sessions};

/// A token that stands for nobody any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedOut {
    /// Whether it stood for somebody until now.
    pub was_logged_in: bool,
}

/// Ends the session; where there is none any more, there is nothing to do.
pub async fn apply(tx: &WriteTx, token: &Token, moment: &mut Moment<'_>) -> Result<LoggedOut, AccountError> {
    let session = lock_session(tx, &token.hash()).await?.filter(|session| session.lives_at(moment.now()));
    let Some(session) = session else { return Ok(LoggedOut { was_logged_in: false }) };
    revoke_sessions(tx, session.customer_id, Ending::One(session.id), moment.now()).await?;
    Ok(LoggedOut { was_logged_in: true })
}
