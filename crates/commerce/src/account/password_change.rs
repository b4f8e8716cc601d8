//! Another password, for who knows the old one.
use super::{
    AccountError, Accounts, Client, Moment, Outcome, checks,
    confirmed::{Confirmed, Unconfirmed, confirm},
    refusal::{codes, refused_field},
};
use crate::mail::Language;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tradewind_domain::password::PasswordErrorCode;
use tradewind_persistence::write::{Account, Ending, Purpose, WriteTx, end_tokens, revoke_sessions, save_account};
use uuid::Uuid;

/// Who changes what.
#[derive(Clone, Debug)]
pub struct Input {
    /// Whose password.
    pub customer_id: Uuid,
    /// The session that asks: the only one that goes on.
    pub session_id: Uuid,
    /// The old one.
    pub current_password: SecretString,
    /// The one from now on.
    pub new_password: SecretString,
}

codes! {
    /// Why a password is not changed.
    Code {
        /// The current password is wrong.
        WrongPassword = "WRONG_PASSWORD",
        /// The new password has fewer than 8 characters.
        PasswordTooShort = "PASSWORD_TOO_SHORT",
        /// The new password has more than 256 bytes.
        PasswordTooLong = "PASSWORD_TOO_LONG",
        /// The new password is widely used, one character repeated, or made of the e-mail address.
        PasswordTooWeak = "PASSWORD_TOO_WEAK",
        /// There were too many attempts, from this address or for this account.
        TooManyAttempts = "TOO_MANY_ATTEMPTS",
    }
}

impl From<Unconfirmed> for Code {
    fn from(why: Unconfirmed) -> Self {
        match why {
            Unconfirmed::WrongPassword => Self::WrongPassword,
            Unconfirmed::TooManyAttempts => Self::TooManyAttempts,
        }
    }
}

impl From<PasswordErrorCode> for Code {
    fn from(code: PasswordErrorCode) -> Self {
        match code {
            PasswordErrorCode::TooShort => Self::PasswordTooShort,
            PasswordErrorCode::TooLong => Self::PasswordTooLong,
            PasswordErrorCode::TooWeak => Self::PasswordTooWeak,
        }
    }
}

/// A password that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// How many other sessions were ended.
    pub sessions_ended: u64,
}

/// The old password is right, and the new one hashed.
#[derive(Debug)]
pub struct Prepared {
    confirmed: Confirmed,
    session_id: Uuid,
    password_hash: String,
    language: Language,
}

/// Counts the attempt, verifies the old password, checks the new one and hashes it.
pub async fn prepare(
    accounts: &Accounts,
    input: &Input,
    client: &Client,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Prepared, Code>, AccountError> {
    let confirmed = confirm(accounts, input.customer_id, &input.current_password, "currentPassword", client).await?;
    let confirmed = match confirmed {
        Ok(confirmed) => confirmed,
        Err(refused) => return Ok(Err(refused)),
    };
    let password = match checks::new_password(&input.new_password, &checks::email_of(&confirmed.email)?) {
        Ok(password) => password,
        Err((code, why)) => return Ok(Err(refused_field(Code::from(code), "newPassword", &why))),
    };
    let password_hash = accounts.hasher.hash(&password, moment.bytes()).await?;
    let language = Language::of(&client.locale);
    Ok(Ok(Prepared { confirmed, session_id: input.session_id, password_hash, language }))
}

/// Changes the password, ends every other session and every link, and tells the owner.
pub async fn apply(
    accounts: &Accounts,
    tx: &WriteTx,
    prepared: &Prepared,
    moment: &mut Moment<'_>,
) -> Result<Outcome<Changed, Code>, AccountError> {
    let mut account = match prepared.confirmed.lock(tx, "currentPassword").await? {
        Ok(account) => account,
        Err(refused) => return Ok(Err(refused)),
    };
    account.password_hash = Some(prepared.password_hash.clone());
    let ending = Ending::AllBut(prepared.session_id);
    let sessions_ended = set_password(accounts, tx, account, ending, prepared.language, moment).await?;
    Ok(Ok(Changed { sessions_ended }))
}

/// Writes an account with another password, and ends what the old one allowed; how many sessions that were.
pub(super) async fn set_password(
    accounts: &Accounts,
    tx: &WriteTx,
    mut account: Account,
    sessions: Ending,
    language: Language,
    moment: &mut Moment<'_>,
) -> Result<u64, AccountError> {
    let now = moment.now();
    account.version += 1;
    account.updated_at = now;
    save_account(tx, &account).await?;
    let ended = revoke_sessions(tx, account.id, sessions, now).await?;
    end_tokens(tx, account.id, &Purpose::EACH, now).await?;
    let message = accounts.post.password_changed(language, &account.email);
    accounts.mail(tx, account.id, message, moment).await?;
    Ok(ended)
}
