//! Tokens of staff. They begin with a word, so that they are told apart from those of customers without a look-up, and
//! scanners for leaked secrets find them.
use crate::account::{Moment, Token};
use chrono::{DateTime, Utc};
use tradewind_persistence::{
    Db, DbError,
    write::staff::{StaffLogin, staff_by_api_key, staff_by_session},
};

const SESSION: &str = "tws_";
const API_KEY: &str = "twk_";

/// The token of a session.
pub(super) fn session(moment: &mut Moment<'_>) -> Token {
    Token::beginning_with(SESSION, moment)
}

/// The secret of an API key.
pub(super) fn api_key(moment: &mut Moment<'_>) -> Token {
    Token::beginning_with(API_KEY, moment)
}

/// What a token of staff is, by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A session of a member.
    Session,
    /// An API key.
    ApiKey,
}

impl Credential {
    /// None: it is no token of staff.
    pub fn of(token: &Token) -> Option<Self> {
        let text = token.expose();
        match () {
            () if text.starts_with(SESSION) => Some(Self::Session),
            () if text.starts_with(API_KEY) => Some(Self::ApiKey),
            () => None,
        }
    }
}

/// Who a token of staff stands for, read on the primary: what was taken away is gone with the next request.
pub async fn authenticate(
    db: &Db,
    credential: Credential,
    token: &Token,
    now: DateTime<Utc>,
) -> Result<Option<StaffLogin>, DbError> {
    match credential {
        Credential::Session => staff_by_session(db, &token.hash(), now).await,
        Credential::ApiKey => staff_by_api_key(db, &token.hash(), now).await,
    }
}
