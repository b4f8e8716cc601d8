//! The work that is nobody's request: mails, webhooks, jobs, and what has to be swept.
use crate::config::ShopConfig;
use chrono::{DateTime, TimeDelta, Utc};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet};
use tradewind_commerce::{
    account,
    cart::SweepCarts,
    checkout::SweepCheckouts,
    jobs::{ForgetEvents, ForgetIdempotencyKeys, Housekeeping, JobRunner, RunnerConfig},
    mail::{MailError, Mailer, send_due_mails},
    outbound::{HttpClient, Reach},
    webhooks::{Dispatcher, DispatcherConfig},
};
use tradewind_graphql::Commerce;
use tradewind_persistence::{Db, DbError};

/// How often mails are looked for.
const MAILS: Duration = Duration::from_secs(2);
/// How often what has ended is swept, and what has expired forgotten.
const SWEEP: Duration = Duration::from_secs(600);
/// How long events, and what is known of their deliveries, are kept.
const KEEP_EVENTS: TimeDelta = TimeDelta::days(30);

/// Why it cannot work.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The mailer.
    #[error("TRADEWIND_MAIL: {0}")]
    Mail(#[from] MailError),
    /// Certificates for webhooks.
    #[error("webhooks: {0}")]
    Tls(#[from] rustls::Error),
    /// What it stores.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Tasks at work; dropped, they end as in a crash: others take over what they were at.
#[derive(Debug)]
pub struct Worker {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Worker {
    /// Begins to work.
    pub fn start(config: &ShopConfig, commerce: &Commerce, clock: fn() -> DateTime<Utc>) -> Result<Self, WorkerError> {
        let db = &commerce.accounts.db;
        let mailer = crate::mail::mailer(config)?;
        let sources = crate::commerce::sources(clock);
        let housekeeping = Housekeeping { db: db.clone(), keep_events: KEEP_EVENTS };
        let runner = JobRunner::new(db.clone(), sources.clone(), RunnerConfig::default())
            .schedule(housekeeping.clone(), &ForgetIdempotencyKeys {}, SWEEP)?
            .schedule(housekeeping.clone(), &ForgetEvents {}, SWEEP)?
            .schedule(housekeeping, &SweepCarts {}, SWEEP)?
            .schedule(commerce.checkouts.clone(), &SweepCheckouts {}, commerce.checkouts.config.sweep)?;
        let client = HttpClient::new(Reach::Public)?;
        let dispatcher = Dispatcher::new(db.clone(), client, sources, DispatcherConfig::default());
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(runner.run(stopping(stopped.clone())));
        tasks.spawn(dispatcher.run(stopping(stopped.clone())));
        tasks.spawn(sweep(db.clone(), clock, stopped.clone()));
        if let Some(mailer) = mailer {
            tasks.spawn(send(db.clone(), mailer, clock, stopped));
        }
        Ok(Self { tasks, stop })
    }

    /// Begins nothing more, and waits for what is under way.
    pub async fn stop(mut self) {
        // Nobody else holds a sender: it fails only when all have ended.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn stopping(mut stop: watch::Receiver<bool>) {
    // An error: whoever could say so is gone.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn send(db: Db, mailer: Arc<dyn Mailer>, clock: fn() -> DateTime<Utc>, stop: watch::Receiver<bool>) {
    loop {
        match send_due_mails(&db, &*mailer, clock()).await {
            Ok(sent) if sent.sent + sent.failed + sent.given_up > 0 => {
                tracing::info!(sent = sent.sent, failed = sent.failed, given_up = sent.given_up, "mails");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "mails wait: the database does not answer"),
        }
        if tokio::time::timeout(MAILS, stopping(stop.clone())).await.is_ok() {
            return;
        }
    }
}

async fn sweep(db: Db, clock: fn() -> DateTime<Utc>, stop: watch::Receiver<bool>) {
    loop {
        // Instances that start together need not do it together.
        let pause = SWEEP.mul_f64(0.5 + fastrand::f64());
        if tokio::time::timeout(pause, stopping(stop.clone())).await.is_ok() {
            return;
        }
        if let Err(error) = account::sweep(&db, clock()).await {
            tracing::warn!(%error, "ended sessions, old links and mails cannot be swept");
        }
    }
}
