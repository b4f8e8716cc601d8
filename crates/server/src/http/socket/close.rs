//! Why a socket is closed: the codes of the protocol, and those of RFC 6455.
use std::borrow::Cow;
use tokio_tungstenite::tungstenite::{
    error::{CapacityError, Error},
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// Reasons are at most 123 bytes (RFC 6455, section 5.5).
const LONGEST_REASON: usize = 123;

/// Code and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    reason: Cow<'static, str>,
}

impl Close {
    fn new(code: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// The process ends; clients connect again, to another one.
    pub(super) fn going_away() -> Self {
        Self::new(1001, "The server is going away: connect again")
    }

    /// A message is not what the protocol has.
    pub(super) fn invalid_message(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(4400, reason)
    }

    /// An operation came before the connection was acknowledged.
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// The token of `connection_init` is nobody's.
    pub(super) fn forbidden() -> Self {
        Self::new(4403, "Forbidden")
    }

    /// Nobody knows at the moment whose token it is.
    pub(super) fn try_again_later() -> Self {
        Self::new(1013, "Sessions cannot be looked up: try again later")
    }

    /// None of the sub-protocols is ours.
    pub(super) fn not_acceptable() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    /// No `connection_init` in time.
    pub(super) fn initialisation_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// The id of an operation that is under way.
    pub(super) fn subscriber_already_exists(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// A second `connection_init`.
    pub(super) fn too_many_initialisations() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// What RFC 6455 says of bytes that are no WebSocket messages; `None`: the connection is gone.
    pub(super) fn of_error(error: &Error) -> Option<Self> {
        match error {
            Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
                Some(Self::new(1009, format!("Message too big: at most {max_size} bytes")))
            }
            Error::Utf8(_) => Some(Self::new(1007, "Text must be UTF-8")),
            Error::Protocol(_) => Some(Self::new(1002, "Protocol error")),
            _ => None,
        }
    }

    pub(super) fn frame(&self) -> CloseFrame {
        let mut end = self.reason.len().min(LONGEST_REASON);
        while !self.reason.is_char_boundary(end) {
            end -= 1;
        }
        CloseFrame { code: CloseCode::from(self.code), reason: self.reason[..end].to_owned().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_into_a_frame() {
        let frame = Close::subscriber_already_exists(&"é".repeat(100)).frame();
        assert!(frame.reason.len() <= LONGEST_REASON && frame.reason.starts_with("Subscriber for éé"));
        assert_eq!(u16::from(frame.code), 4409);
    }
}
