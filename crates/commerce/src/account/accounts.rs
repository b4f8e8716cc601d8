//! What all flows need.
use super::{AccountError, Moment, PasswordHasher, Throttle, Token};
use crate::mail::{MailMessage, Post, enqueue_mail};
use std::time::Duration;
use tradewind_persistence::{
    Db, DbError,
    write::{NewToken, Purpose, WriteTx, insert_token},
};
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountConfig {
    /// A session that is not refreshed.
    pub session_life: Duration,
    /// A session, however often it is refreshed.
    pub session_longest: Duration,
    /// A link that confirms the address of a new account.
    pub verify_email_life: Duration,
    /// A link that sets a password.
    pub reset_password_life: Duration,
    /// A link that confirms another address.
    pub change_email_life: Duration,
    /// Most addresses of a customer.
    pub addresses: usize,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self {
            session_life: DAY * 30,
            session_longest: DAY * 365,
            verify_email_life: DAY * 2,
            reset_password_life: HOUR,
            change_email_life: DAY,
            addresses: 50,
        }
    }
}

/// What all flows need.
#[derive(Debug)]
pub struct Accounts {
    /// Read from before a transaction.
    pub db: Db,
    /// How long things last.
    pub config: AccountConfig,
    /// Hashes passwords.
    pub hasher: PasswordHasher,
    /// Counts attempts.
    pub throttle: Throttle,
    /// Writes mails.
    pub post: Post,
}

impl Accounts {
    pub(super) fn life(&self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::VerifyEmail => self.config.verify_email_life,
            Purpose::ResetPassword => self.config.reset_password_life,
            Purpose::ChangeEmail => self.config.change_email_life,
        }
    }

    /// Stores a token for an account; nothing where there is no such account, with the same statement.
    pub(super) async fn issue(
        &self,
        tx: &WriteTx,
        purpose: Purpose,
        customer_id: Uuid,
        new_email: &str,
        token: &Token,
        moment: &mut Moment<'_>,
    ) -> Result<(), DbError> {
        let new = NewToken {
            id: moment.id(),
            purpose,
            token_hash: token.hash(),
            customer_id,
            new_email: new_email.to_owned(),
            created_at: moment.now(),
            expires_at: moment.now() + self.life(purpose),
        };
        insert_token(tx, &new).await
    }

    /// Stores a mail about an account; nothing where there is no such account, with the same statement.
    pub(super) async fn mail(
        &self,
        tx: &WriteTx,
        customer_id: Uuid,
        message: Result<MailMessage, askama::Error>,
        moment: &mut Moment<'_>,
    ) -> Result<(), AccountError> {
        Ok(enqueue_mail(tx, moment.id(), Some(customer_id), &message?, moment.now()).await?)
    }
}
