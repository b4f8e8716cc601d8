//! A new token for a session: the old one ends.
use super::{
    AccountError, Accounts, Moment, Outcome, Token,
    log_in::LoggedIn,
    refusal::{codes, refused},
};
use tradewind_persistence::write::{WriteTx, lock_session, rotate_session};

codes! {
    /// Why a session is not refreshed.
    Code {
        /// The session has ended, or the token was refreshed already: log in again.
        SessionEnded = "SESSION_ENDED",
    }
}

/// Gives the session another token and a later end, within its longest life. Of two that bring the same token at once, one
/// gets a new one.
pub async fn apply(
    accounts: &Accounts,
    tx: &WriteTx,
    token: &Token,
    moment: &mut Moment<'_>,
) -> Result<Outcome<LoggedIn, Code>, AccountError> {
    let now = moment.now();
    let session = lock_session(tx, &token.hash()).await?.filter(|session| session.lives_at(now));
    let Some(session) = session else {
        return Ok(Err(refused(Code::SessionEnded, "The session has ended: log in again.")));
    };
    let config = &accounts.config;
    let expires_at =
        (now + config.session_life).min(session.created_at + config.session_longest).max(session.expires_at);
    let token = Token::new(moment);
    rotate_session(tx, session.id, &token.hash(), expires_at).await?;
    Ok(Ok(LoggedIn { customer_id: session.customer_id, session_id: session.id, token, expires_at }))
}
