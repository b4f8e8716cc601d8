//! Webhooks: endpoints, and the deliveries of events to them.
//!
//! A delivery is one event for one endpoint. The open deliveries of one aggregate and endpoint are a lane: they are sent
//! one after another. A lane is taken by a dispatcher for as long as a lease; the row of a lane is there as long as
//! it has open deliveries. Whoever adds deliveries or ends them locks the rows of the lanes first, in their order, so no
//! lane is forgotten. docs/webhooks.md has the whole story.
mod endpoint;
mod fan_out;
mod finish;
mod garbage;
mod lane;
mod replay;
mod retry;

pub(crate) use endpoint::read_topics;
pub use endpoint::{
    ALL_TOPICS, WebhookEndpoint, delete_webhook_endpoint, insert_webhook_endpoint, lock_webhook_endpoint,
    rotate_webhook_secret, update_webhook_endpoint,
};
pub use fan_out::{FannedOut, fan_out};
pub use finish::{Attempt, Finished, Verdict, finish_deliveries};
pub use garbage::forget_events;
pub use lane::{Claims, Due, Head, claim_lanes, due};
pub use replay::{Replay, Replayed, Which, replay};
pub use retry::{Retried, retry_delivery};
