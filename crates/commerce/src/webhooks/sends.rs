//! The attempts that a dispatcher is at.
use super::{dispatcher::DispatcherConfig, send::send};
use crate::{Sources, outbound::HttpClient};
use std::collections::HashMap;
use tokio::task::{Id, JoinError, JoinSet};
use tradewind_persistence::write::webhook::{Attempt, Head};
use uuid::Uuid;

/// Attempts, each in a task, and the lanes of each endpoint that they keep busy.
pub(super) struct Sends {
    client: HttpClient,
    sources: Sources,
    config: DispatcherConfig,
    tasks: JoinSet<Option<Attempt>>,
    endpoints: HashMap<Id, Uuid>,
}

impl Sends {
    pub(super) fn new(client: HttpClient, sources: Sources, config: DispatcherConfig) -> Self {
        Self { client, sources, config, tasks: JoinSet::new(), endpoints: HashMap::new() }
    }

    pub(super) fn start(&mut self, heads: Vec<Head>) {
        for head in heads {
            let endpoint = head.endpoint_id;
            let task = self.tasks.spawn(send(head, self.client.clone(), self.sources.clone(), self.config));
            self.endpoints.insert(task.id(), endpoint);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.endpoints.is_empty()
    }

    /// How many lanes of each endpoint are being worked on.
    pub(super) fn busy(&self) -> Vec<(Uuid, u32)> {
        let mut busy: HashMap<Uuid, u32> = HashMap::new();
        self.endpoints.values().for_each(|endpoint| *busy.entry(*endpoint).or_default() += 1);
        busy.into_iter().collect()
    }

    /// Waits until one has ended, and takes whatever else has; for ever where there is none.
    pub(super) async fn ended(&mut self) -> Vec<Attempt> {
        let Some(first) = self.tasks.join_next_with_id().await else { return std::future::pending().await };
        let mut attempts = Vec::from_iter(self.take(first));
        while let Some(next) = self.tasks.try_join_next_with_id() {
            attempts.extend(self.take(next));
        }
        attempts
    }

    /// An attempt that told nothing is made again when its lane's lease ends.
    fn take(&mut self, ended: Result<(Id, Option<Attempt>), JoinError>) -> Option<Attempt> {
        let (id, attempt) = ended.unwrap_or_else(|error| {
            tracing::error!(%error, "a webhook's attempt did not end");
            (error.id(), None)
        });
        self.endpoints.remove(&id);
        attempt
    }
}
