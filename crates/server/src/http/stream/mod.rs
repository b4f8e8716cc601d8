//! Answers that come one after another: server-sent events (graphql-sse, distinct connections) and Apollo's multipart
//! protocol. WebSockets share the caps and the operations with them.
mod accept;
mod address;
mod multipart;
mod operation;
mod record;
mod response;
mod slots;
mod sse;

pub(super) use accept::{Format, accepted};
pub(super) use address::client_address;
pub(super) use operation::{Answer, Caller, Sent, Work, answers};
pub(super) use response::respond;
pub(crate) use slots::Slots;
pub(super) use slots::{Full, Slot};
