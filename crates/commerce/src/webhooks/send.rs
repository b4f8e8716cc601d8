//! One attempt.
use super::{body::body, dispatcher::DispatcherConfig, signature};
use crate::{
    Sources,
    outbound::{Answer, Failure, HttpClient, Post},
};
use http::{HeaderName, HeaderValue, header::InvalidHeaderValue};
use std::time::Instant;
use tradewind_persistence::write::webhook::{Attempt, Head, Verdict};

/// Bytes of an answer that the log keeps.
const EXCERPT: usize = 1024;

/// Sends what stands first in a lane. None: the lease of the lane may end while it is on its way.
pub(super) async fn send(
    head: Head,
    client: HttpClient,
    sources: Sources,
    config: DispatcherConfig,
) -> Option<Attempt> {
    let started_at = sources.now();
    if started_at + config.timeout > head.due_at {
        return None;
    }
    let began = Instant::now();
    let answer = match post(&head, &sources) {
        Ok(post) => client.post(post, config.timeout, EXCERPT).await,
        Err(error) => Err(Failure::Connection(format!("a header cannot be written: {error}"))),
    };
    let latency = began.elapsed();
    let (status, error, response) = match answer {
        Ok(Answer { status, body, .. }) => (Some(status.as_u16()), None, excerpt(&body)),
        Err(error) => (None, Some(error.to_string()), String::new()),
    };
    let failures = u32::try_from(head.failures).unwrap_or(u32::MAX).saturating_add(1);
    let verdict = match status {
        Some(200..=299) => Verdict::Delivered,
        _ if failures >= config.max_attempts => Verdict::Dead,
        _ => Verdict::Retry(sources.now() + config.backoff.after(failures, sources.chance())),
    };
    Some(Attempt { head, started_at, latency, status, error, response, verdict })
}

fn post(head: &Head, sources: &Sources) -> Result<Post, InvalidHeaderValue> {
    let (body, now) = (body(head), sources.now());
    let old = head.previous_secret.as_deref().filter(|_| head.previous_secret_until.is_some_and(|until| now < until));
    let signature = signature::header([Some(head.secret.as_str()), old].into_iter().flatten(), body.as_bytes(), now);
    let headers = [
        ("tradewind-event-id", head.event_id.to_string()),
        ("tradewind-topic", head.topic.clone()),
        ("tradewind-signature", signature),
    ];
    let header = |(name, value): (&'static str, String)| {
        HeaderValue::try_from(value).map(|value| (HeaderName::from_static(name), value))
    };
    let headers = headers.into_iter().map(header).collect::<Result<_, _>>()?;
    Ok(Post { url: head.url.clone(), headers, body: body.into() })
}

/// A text that both databases can store.
fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace('\0', "\u{fffd}")
}
