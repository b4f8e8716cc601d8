//! Who sends a request, and what the transport must do for them besides sending the answer.
use crate::access::Viewer;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tradewind_commerce::account::{Client, Token};
use tradewind_persistence::write::idempotency::IdempotencyKey;

/// What the transport knows of who sends a request.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Who they are; nobody without a token that is good ([`Engine::authenticate`](crate::Engine::authenticate)).
    pub viewer: Option<Viewer>,
    /// The token of their session.
    pub token: Option<Token>,
    /// Where it comes from.
    pub client: Client,
    /// Under which the outcome of a mutation is kept.
    pub idempotency_key: Option<IdempotencyKey>,
    /// The answer cannot set a cookie: it goes over a socket, or its headers were sent before it was made.
    pub is_without_cookies: bool,
}

/// What becomes of the client's session with the answer.
#[derive(Clone, Debug)]
pub enum SessionChange {
    /// From now on it is this one.
    Started {
        /// To be sent from now on.
        token: Token,
        /// When it ends by itself.
        expires_at: DateTime<Utc>,
        /// The client wants a cookie; else the answer has the token.
        in_cookie: bool,
    },
    /// It is over.
    Ended,
}

/// What a mutation leaves for the transport.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    session: Mutex<Option<SessionChange>>,
    /// The answer has a token.
    has_secret: AtomicBool,
    fields: Mutex<Fields>,
}

/// How many fields ran, and how many of them were done before.
#[derive(Clone, Copy, Debug, Default)]
struct Fields {
    all: usize,
    replayed: usize,
}

impl Effects {
    pub(crate) fn change_session(&self, change: SessionChange) {
        *self.session.lock() = Some(change);
    }

    pub(crate) fn take_session(&self) -> Option<SessionChange> {
        self.session.lock().take()
    }

    /// The answer holds a secret of its client: it is not kept.
    pub(crate) fn hold_secret(&self) {
        self.has_secret.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_secret(&self) -> bool {
        self.has_secret.load(Ordering::Relaxed)
    }

    pub(crate) fn ran(&self, is_replay: bool) {
        let mut fields = self.fields.lock();
        fields.all += 1;
        fields.replayed += usize::from(is_replay);
    }

    /// Whether nothing was done that had not been done before.
    pub(crate) fn is_replay(&self) -> bool {
        let fields = *self.fields.lock();
        fields.all > 0 && fields.all == fields.replayed
    }
}
