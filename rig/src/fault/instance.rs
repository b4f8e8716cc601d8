//! Instances.
use super::Injector;
use crate::{Failure, proxy::Edge};
use std::time::Duration;

/// How long a write may take to come by that kills.
const WRITE: Duration = Duration::from_secs(3);

impl Injector<'_> {
    pub(super) async fn instance_kill_after_commit(&mut self, instance: usize) -> Result<(), Failure> {
        self.control.kill_after_commit(instance);
        let killed = async {
            while self.cluster.instances[instance].process.is_running() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(WRITE, killed).await.is_err() {
            self.control.kill_after_commit(usize::MAX);
            return Err("no write came by to kill the instance".into());
        }
        self.wait(0, 500).await;
        self.cluster.instances[instance].start()?;
        self.cluster.instances[instance].ready().await
    }

    pub(super) async fn instance_kill(&mut self, instance: usize) -> Result<(), Failure> {
        self.cluster.instances[instance].process.kill().await;
        self.wait(0, 500).await;
        self.cluster.instances[instance].start()?;
        self.cluster.instances[instance].ready().await
    }

    pub(super) async fn instance_pause(&mut self, instance: usize) -> Result<(), Failure> {
        for _ in 0..2 {
            self.cluster.instances[instance].process.pause(true);
            self.wait(60, 2000).await;
            self.cluster.instances[instance].process.pause(false);
            self.wait(50, 300).await;
        }
        Ok(())
    }

    pub(super) async fn instance_restart_without_database(&mut self, instance: usize) -> Result<(), Failure> {
        self.cluster.edges[instance].databases().for_each(Edge::refuse);
        self.cluster.instances[instance].process.kill().await;
        self.cluster.instances[instance].start()?;
        self.wait(500, 2000).await;
        self.cluster.edges[instance].databases().for_each(Edge::heal);
        // It may have given up meanwhile: whoever runs it starts it again.
        self.cluster.instances[instance].ready().await
    }
}
