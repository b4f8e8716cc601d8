//! Sending events to endpoints again.
use super::{errors::WebhookUserError, object::objects, webhook_delivery::WebhookDelivery};
use crate::{
    access::{AccessTo, Grant},
    error::bad_input,
    execution::direct,
    mutation::{Keep, refusals, shown, staff_run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tradewind_commerce::administration::webhooks;
use tradewind_domain::global_id::NodeKind;
use tradewind_persistence::write::webhook::Which;
use uuid::Uuid;

/// A range of time.
#[derive(Clone, Debug, InputObject)]
pub struct WebhookPeriodInput {
    /// From then on.
    pub from: DateTime<Utc>,
    /// Until just before then.
    pub to: DateTime<Utc>,
}

/// Which events: one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum WebhookReplayInput {
    /// These, as `Tradewind-Event-Id` names them, whatever their topic; at most 1,000.
    EventIds(Vec<String>),
    /// Those of the endpoint's topics that happened in a range of time, also before the endpoint was made.
    Between(WebhookPeriodInput),
    /// True: all that were given up.
    Dead(bool),
}

objects! {
    /// What is sent again.
    WebhookReplayPayload {
        /// How many deliveries are sent now and were not to be; null where nothing was done.
        deliveries: Option<i64>,
        /// Where to go on: one call takes 1,000 events. Null: that was all.
        resume_after: Option<String>,
        /// Why nothing was done.
        user_errors: Vec<WebhookUserError>,
    }
    /// A delivery that is sent now.
    WebhookDeliveryRetryPayload {
        /// The delivery, as it is now; null where nothing was done.
        delivery: Option<WebhookDelivery>,
        /// Why nothing was done.
        user_errors: Vec<WebhookUserError>,
    }
}

impl WebhookReplayInput {
    fn read(&self) -> Result<Which> {
        Ok(match self {
            Self::EventIds(ids) => {
                let read = |(index, id): (usize, &String)| {
                    let place = format!("input.eventIds[{index}]");
                    Uuid::parse_str(id).map_err(|_| bad_input(format!("`{place}` is no id of an event: it is a UUID")))
                };
                Which::Events(ids.iter().enumerate().map(read).collect::<Result<_>>()?)
            }
            Self::Between(period) => Which::Between(period.from, period.to),
            Self::Dead(true) => Which::Dead,
            Self::Dead(false) => return Err(bad_input("`input.dead` is false: say which events instead")),
        })
    }
}

/// Mutations that send events again.
#[derive(Default)]
pub struct WebhookReplayMutations;

#[Object(crate = "crate::execution")]
impl WebhookReplayMutations {
    /// For staff: sends events to an endpoint again, or for the first time where it is younger than they are. What belongs
    /// together is sent in its order, before what is open behind it.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn webhook_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the endpoint.")] endpoint_id: ID,
        #[graphql(desc = "Which events.")] input: WebhookReplayInput,
        #[graphql(desc = "`resumeAfter` of the call before.")] after: Option<String>,
    ) -> Result<WebhookReplayPayload> {
        let after = after.map(|after| after.parse::<i64>()).transpose();
        let after = after.map_err(|_| bad_input("`after` is not what a call before has told: leave it out"))?;
        let endpoint = typed_id("endpointId", &endpoint_id, NodeKind::WebhookEndpoint)?;
        let state = (endpoint, input.read()?, after.unwrap_or_default());
        let outcome = staff_run(ctx, Keep::Plainly, &state, |(endpoint, which, after), tx, moment| {
            webhooks::replay(tx, *endpoint, which, *after, moment).boxed()
        });
        let outcome = outcome.await?;
        let again = outcome.as_ref().ok();
        Ok(WebhookReplayPayload {
            deliveries: again.map(|again| i64::try_from(again.deliveries).unwrap_or(i64::MAX)),
            resume_after: again.and_then(|again| again.more_after).map(|position| position.to_string()),
            user_errors: refusals(ctx, outcome),
        })
    }

    /// For staff: sends one delivery now, again or without waiting for its next attempt.
    #[graphql(directive = AccessTo::apply(&[Grant::SettingsWrite]))]
    async fn webhook_delivery_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the delivery.")] id: ID,
    ) -> Result<WebhookDeliveryRetryPayload> {
        let id = typed_id("id", &id, NodeKind::WebhookDelivery)?;
        let outcome =
            staff_run(ctx, Keep::Plainly, &id, |id, tx, moment| webhooks::retry(tx, *id, moment).boxed()).await?;
        let delivery = shown(&outcome, |id| WebhookDelivery::load(ctx, *id)).await?;
        Ok(WebhookDeliveryRetryPayload { delivery, user_errors: refusals(ctx, outcome) })
    }
}

direct!(WebhookReplayMutations {});
governed! {
    Decision::Part => WebhookReplayMutations;
}
