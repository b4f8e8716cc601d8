//! Endpoints of webhooks, and sending events again.
use super::{Answer, refuse, text};
use crate::{
    account::{
        Moment, Outcome, Token,
        refusal::{Checks, codes, refused_field},
    },
    outbound::{Reach, check_url},
    staff::Audited,
    webhooks::new_secret,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};
use tradewind_domain::audit::{Change, Subject};
use tradewind_persistence::write::{
    WriteTx,
    webhook::{
        ALL_TOPICS, Replay, Replayed, Retried, WebhookEndpoint, Which, delete_webhook_endpoint,
        insert_webhook_endpoint, lock_webhook_endpoint, replay as open_again, retry_delivery, rotate_webhook_secret,
        update_webhook_endpoint,
    },
};
use uuid::Uuid;

codes! {
    /// Why nothing is done about webhooks.
    Code {
        /// There is no such endpoint.
        NotFound = "WEBHOOK_ENDPOINT_NOT_FOUND",
        /// There is no such delivery; old ones are forgotten.
        DeliveryNotFound = "WEBHOOK_DELIVERY_NOT_FOUND",
        /// The URL is not absolute, not `https`, has a password in it, or leads into a network that is not public.
        InvalidUrl = "INVALID_URL",
        /// The description is too long, or has a line break.
        InvalidDescription = "INVALID_DESCRIPTION",
        /// There are no topics, too many, or one that is no topic.
        InvalidTopics = "INVALID_TOPICS",
        /// The old secret cannot be good for so long.
        InvalidDuration = "INVALID_DURATION",
        /// The range of time ends before it begins, or just then.
        InvalidPeriod = "INVALID_PERIOD",
        /// Too many events are named.
        TooMany = "TOO_MANY_VALUES",
    }
}

/// Events that one call sends again.
pub const MOST_REPLAYED: u32 = 1_000;
/// The longest that an old secret stays good, in hours.
pub const LONGEST_OVERLAP: u32 = 168;

/// What an endpoint is to be; what is None stays.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the parts of an endpoint")]
pub struct EndpointUpdate {
    pub url: Option<String>,
    pub description: Option<String>,
    pub topics: Option<Vec<String>>,
    pub is_enabled: Option<bool>,
}

/// An endpoint with a new secret, which is shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithSecret {
    /// Row id.
    pub id: Uuid,
    /// What deliveries are signed with.
    pub secret: Token,
}

fn kept(endpoint: &WebhookEndpoint) -> Value {
    json!({
        "url": endpoint.url,
        "description": endpoint.description,
        "topics": endpoint.topics,
        "isEnabled": endpoint.is_enabled,
    })
}

fn none<T>() -> Answer<T, Code> {
    refuse(Code::NotFound, "id", "There is no such endpoint: look at `webhookEndpoints`.")
}

fn secret(moment: &mut Moment<'_>) -> Token {
    Token::sent(new_secret(&moment.bytes()))
}

/// Adds an endpoint.
pub async fn create(tx: &WriteTx, parts: &EndpointUpdate, moment: &mut Moment<'_>) -> Answer<WithSecret, Code> {
    let new = WebhookEndpoint {
        id: moment.id(),
        url: String::new(),
        description: String::new(),
        topics: Vec::new(),
        is_enabled: true,
    };
    let endpoint = match changed(new, parts) {
        Ok(endpoint) => endpoint,
        Err(refused) => return Ok(Err(refused)),
    };
    let (id, secret) = (endpoint.id, secret(moment));
    insert_webhook_endpoint(tx, &endpoint, secret.expose(), moment.now()).await?;
    let change = Change::created("webhookEndpointCreate", Subject::WebhookEndpoint, id, kept(&endpoint));
    Ok(Ok(Audited::new(WithSecret { id, secret }, change)))
}

/// Changes an endpoint; what waits for it goes where it is then.
pub async fn update(tx: &WriteTx, id: Uuid, parts: &EndpointUpdate, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let Some(before) = lock_webhook_endpoint(tx, id).await? else { return none() };
    let after = match changed(before.clone(), parts) {
        Ok(after) => after,
        Err(refused) => return Ok(Err(refused)),
    };
    if after == before {
        return Ok(Ok(Audited::unchanged(id)));
    }
    update_webhook_endpoint(tx, &after, moment.now()).await?;
    let (before, after) = (kept(&before), kept(&after));
    let change = Change::updated("webhookEndpointUpdate", Subject::WebhookEndpoint, id, before, after);
    Ok(Ok(Audited::new(id, change)))
}

fn changed(mut endpoint: WebhookEndpoint, parts: &EndpointUpdate) -> Outcome<WebhookEndpoint, Code> {
    let mut checks = Checks::new();
    let given = parts.url.as_deref().unwrap_or(&endpoint.url);
    let url = checks.take("url", url(given).map_err(|why| (Code::InvalidUrl, why)));
    let description = parts.description.as_deref().unwrap_or(&endpoint.description);
    let description = text::optional_line(description, 200).map_err(|why| (Code::InvalidDescription, why));
    let description = checks.take("description", description);
    let given = parts.topics.as_deref().unwrap_or(&endpoint.topics);
    let topics = checks.take("topics", topics(given).map_err(|why| (Code::InvalidTopics, why)));
    let (Some(url), Some(description), Some(topics)) = (url, description, topics) else {
        return Err(checks.refused());
    };
    let is_enabled = parts.is_enabled.unwrap_or(endpoint.is_enabled);
    endpoint = WebhookEndpoint { url, description, topics, is_enabled, ..endpoint };
    Ok(endpoint)
}

/// As the sender judges it, but for where a name leads: that is judged at each delivery.
fn url(text: &str) -> Result<String, String> {
    let url = text::line(text, 2_000)?;
    check_url(&url, Reach::Public).map_err(|why| why.to_string())?;
    Ok(url)
}

/// Topics in their order, each once: words with dots between them, or `*` for all.
fn topics(given: &[String]) -> Result<Vec<String>, String> {
    let topics: BTreeSet<&str> = given.iter().map(|topic| topic.trim()).collect();
    if topics.is_empty() || topics.len() > 100 {
        return Err("Name 1 to 100 topics, or * for all.".to_owned());
    }
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let is_topic = |topic: &str| topic == ALL_TOPICS || (topic.len() <= 100 && topic.split('.').all(is_word));
    match topics.iter().find(|topic| !is_topic(topic)) {
        Some(topic) => {
            let shown: String = topic.chars().take(40).collect();
            Err(format!("`{shown}` is not a topic: write one such as order.placed, or * for all."))
        }
        None => Ok(topics.into_iter().map(str::to_owned).collect()),
    }
}

/// Signs with a new secret from now on, and for some hours with the old one too.
pub async fn rotate_secret(
    tx: &WriteTx,
    id: Uuid,
    overlap_hours: u32,
    moment: &mut Moment<'_>,
) -> Answer<WithSecret, Code> {
    if overlap_hours > LONGEST_OVERLAP {
        let message = format!("An old secret stays good for at most {LONGEST_OVERLAP} hours.");
        return refuse(Code::InvalidDuration, "overlapHours", &message);
    }
    if lock_webhook_endpoint(tx, id).await?.is_none() {
        return none();
    }
    let secret = secret(moment);
    let old_until = moment.now() + TimeDelta::hours(overlap_hours.into());
    rotate_webhook_secret(tx, id, secret.expose(), old_until, moment.now()).await?;
    let told = json!({ "previousSecretUntil": old_until });
    let change = Change::updated("webhookEndpointRotateSecret", Subject::WebhookEndpoint, id, Value::Null, told);
    Ok(Ok(Audited::new(WithSecret { id, secret }, change)))
}

/// Deletes an endpoint, and what waits for it.
pub async fn delete(tx: &WriteTx, id: Uuid) -> Answer<Uuid, Code> {
    let Some(before) = lock_webhook_endpoint(tx, id).await? else { return none() };
    delete_webhook_endpoint(tx, id).await?;
    let change = Change::deleted("webhookEndpointDelete", Subject::WebhookEndpoint, id, kept(&before));
    Ok(Ok(Audited::new(id, change)))
}

/// What was opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// Deliveries that are sent now and were not to be.
    pub deliveries: usize,
    /// Where to go on, where there may be more.
    pub more_after: Option<i64>,
}

/// Sends events to an endpoint again, or for the first time where it is younger than they are.
pub async fn replay(
    tx: &WriteTx,
    endpoint_id: Uuid,
    which: &Which,
    after: i64,
    moment: &mut Moment<'_>,
) -> Answer<Again, Code> {
    let told = match which {
        Which::Events(ids) if ids.len() > MOST_REPLAYED as usize => {
            let message = format!("Name at most {MOST_REPLAYED} events, or a range of time.");
            return refuse(Code::TooMany, "eventIds", &message);
        }
        Which::Between(from, to) if to <= from => {
            return refuse(Code::InvalidPeriod, "between.to", "The range ends before it begins, or just then.");
        }
        Which::Events(ids) => json!({ "eventIds": ids }),
        Which::Between(from, to) => json!({ "from": from, "to": to }),
        Which::Dead => json!({ "dead": true }),
    };
    let now = moment.now();
    let ask = Replay { endpoint_id, which: which.clone(), after, most: MOST_REPLAYED };
    let replayed = {
        let moment = Mutex::new(moment);
        let new_id = || moment.lock().unwrap_or_else(PoisonError::into_inner).id();
        open_again(tx, &ask, &new_id, now).await?
    };
    let Some(Replayed { deliveries, more_after }) = replayed else {
        return Ok(Err(refused_field(
            Code::NotFound,
            "endpointId",
            "There is no such endpoint: look at `webhookEndpoints`.",
        )));
    };
    let after = json!({ "replay": told, "deliveries": deliveries });
    let change = Change::updated("webhookReplay", Subject::WebhookEndpoint, endpoint_id, Value::Null, after);
    Ok(Ok(Audited::new(Again { deliveries, more_after }, change)))
}

/// Sends one delivery now: again, or without waiting for its next attempt.
pub async fn retry(tx: &WriteTx, delivery_id: Uuid, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let now = moment.now();
    let retried = {
        let moment = Mutex::new(moment);
        let new_id = || moment.lock().unwrap_or_else(PoisonError::into_inner).id();
        retry_delivery(tx, delivery_id, &new_id, now).await?
    };
    let Some(Retried { endpoint_id, event_id, had_ended }) = retried else {
        return refuse(Code::DeliveryNotFound, "id", "There is no such delivery: old ones are forgotten.");
    };
    let told = json!({ "deliveryId": delivery_id, "eventId": event_id, "hadEnded": had_ended });
    let change = Change::updated("webhookDeliveryRetry", Subject::WebhookEndpoint, endpoint_id, Value::Null, told);
    Ok(Ok(Audited::new(delivery_id, change)))
}
