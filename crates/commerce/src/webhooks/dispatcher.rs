//! Gives events their deliveries and sends them, until it is told to stop.
use super::sends::Sends;
use crate::{Sources, jobs::Backoff, outbound::HttpClient};
use chrono::{DateTime, Utc};
use std::{future::Future, pin::pin, time::Duration};
use tradewind_persistence::{
    Db, DbError,
    work::Queue,
    write::webhook::{Attempt, Claims, Verdict, claim_lanes, due, fan_out, finish_deliveries},
};

/// How a dispatcher works.
#[derive(Clone, Copy, Debug)]
pub struct DispatcherConfig {
    /// Most requests to one endpoint at the same time: each is about another aggregate.
    pub per_endpoint: u32,
    /// How long a receiver may take to answer.
    pub timeout: Duration,
    /// After how long another dispatcher may go on where this one fell silent; several times the timeout, and much longer
    /// than clocks differ.
    pub lease: Duration,
    /// It looks for events at least so often, also where nobody tells it of any.
    pub poll: Duration,
    /// Between attempts.
    pub backoff: Backoff,
    /// Attempts until a delivery is given up.
    pub max_attempts: u32,
    /// Events that get their deliveries in one transaction.
    pub page: u32,
}

impl Default for DispatcherConfig {
    fn default() -> Self {
        Self {
            per_endpoint: 8,
            timeout: Duration::from_secs(10),
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(5),
            backoff: Backoff::WEBHOOKS,
            max_attempts: 20,
            page: 500,
        }
    }
}

/// Sends events. Any number of them may run, in any number of processes: the deliveries of a lane are sent by one of
/// them, and the others take it over where that one dies.
#[derive(Debug)]
pub struct Dispatcher {
    db: Db,
    client: HttpClient,
    sources: Sources,
    config: DispatcherConfig,
}

/// After a failure of the database, and after another dispatcher took what was due.
const PAUSE: Duration = Duration::from_secs(1);
const CONTENTION: Duration = Duration::from_millis(50);
const MOMENT: Duration = Duration::from_millis(1);

impl Dispatcher {
    /// A dispatcher over this client, whose reach decides which endpoints can be called.
    pub fn new(db: Db, client: HttpClient, sources: Sources, config: DispatcherConfig) -> Self {
        Self { db, client, sources, config }
    }

    /// Works until `stop` is ready; then begins nothing, and ends what it is at, which takes no longer than a request may.
    /// Dropped, it leaves everything as a crash does: others send it, perhaps again, when its leases end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut wake = self.db.work().subscribe(Queue::Events);
        let mut sends = Sends::new(self.client.clone(), self.sources.clone(), self.config);
        let mut unstored: Vec<Attempt> = Vec::new();
        loop {
            let pause = self.turn(&mut sends, &mut unstored).await;
            tokio::select! {
                () = &mut stop => break,
                attempts = sends.ended() => unstored.extend(attempts),
                () = wake.wait() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        while !sends.is_empty() {
            unstored.extend(sends.ended().await);
        }
        if let Err(error) = finish_deliveries(&self.db, unstored, None, self.sources.now()).await {
            tracing::warn!(%error, "the last deliveries could not be stored: they are sent again");
        }
    }

    /// Does what is due; how long there is nothing to do.
    async fn turn(&self, sends: &mut Sends, unstored: &mut Vec<Attempt>) -> Duration {
        let done = async {
            self.store(sends, unstored).await?;
            self.look(sends).await
        };
        match done.await {
            Ok(next) => {
                let until =
                    next.map_or(self.config.poll, |next| (next - self.sources.now()).to_std().unwrap_or_default());
                until.clamp(MOMENT, self.config.poll)
            }
            Err(error) => {
                tracing::warn!(%error, "webhooks cannot go on for the moment");
                PAUSE
            }
        }
    }

    /// Stores what has ended, and sends what follows in the same lanes. What cannot be stored is kept until it can, or
    /// until the lease of its lane ends, and somebody sends it again.
    async fn store(&self, sends: &mut Sends, unstored: &mut Vec<Attempt>) -> Result<(), DbError> {
        let now = self.sources.now();
        unstored.retain(|attempt| now < attempt.head.due_at);
        let finished =
            finish_deliveries(&self.db, unstored.clone(), Some(now + self.config.lease), self.sources.now()).await?;
        for attempt in unstored.drain(..) {
            tell(&attempt);
        }
        if finished.lost > 0 {
            tracing::warn!(
                attempts = finished.lost,
                "another dispatcher has taken lanes over: their leases were too short"
            );
        }
        sends.start(finished.next);
        Ok(())
    }

    /// Gives events their deliveries, and takes lanes; when the next one is due.
    async fn look(&self, sends: &mut Sends) -> Result<Option<DateTime<Utc>>, DbError> {
        let (busy, now) = (sends.busy(), self.sources.now());
        let mut due = due(&self.db, &busy, self.config.per_endpoint).await?;
        if due.has_events {
            let fanned_out = fan_out(&self.db, self.config.page, self.sources.ids(), now).await?;
            if fanned_out.events > 0 {
                // What is behind this page comes next, after what it brought was begun.
                due.next_lane = Some(now);
            }
        }
        match due.next_lane {
            Some(next) if next <= now => {}
            later => return Ok(later),
        }
        let claims = Claims {
            holder: self.sources.id(),
            per_endpoint: self.config.per_endpoint,
            busy,
            lease_until: now + self.config.lease,
        };
        let heads = claim_lanes(&self.db, &claims, now).await?;
        let is_contended = heads.is_empty() && !due.has_events;
        sends.start(heads);
        Ok(Some(if is_contended { now + CONTENTION } else { now }))
    }
}

fn tell(attempt: &Attempt) {
    let Attempt { head, latency, status, error, verdict, .. } = attempt;
    let (endpoint, event, topic, error) = (&head.endpoint_id, &head.event_id, &head.topic, error.as_deref());
    let milliseconds = latency.as_millis();
    match verdict {
        Verdict::Delivered => {
            tracing::debug!(%endpoint, %event, topic, status, milliseconds, "a webhook was delivered")
        }
        Verdict::Retry(at) => {
            tracing::info!(%endpoint, %event, topic, status, error, milliseconds, %at, "a webhook failed, and is sent again")
        }
        Verdict::Dead => {
            tracing::warn!(%endpoint, %event, topic, status, error, milliseconds, "a webhook was given up")
        }
    }
}
