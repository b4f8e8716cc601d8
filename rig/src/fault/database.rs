//! The database: replicas that lag, transactions that stay open, a primary that goes away.
use super::Injector;
use crate::{
    Failure,
    cluster::{DATABASE, local},
    load::Order,
};
use std::time::Duration;

/// How late a delayed replica applies changes.
const DELAY: Duration = Duration::from_secs(5);
/// How long replicas may take to catch up.
const CATCH_UP: Duration = Duration::from_secs(30);

impl Injector<'_> {
    pub(super) async fn replica_delay(&mut self) -> Result<(), Failure> {
        self.delay_replicas(DELAY)?;
        self.wait(2000, 4000).await;
        self.delay_replicas(Duration::ZERO)?;
        self.cluster.replicas_follow(CATCH_UP).await
    }

    fn delay_replicas(&mut self, delay: Duration) -> Result<(), Failure> {
        for node in self.cluster.replicas {
            let upstream = self.cluster.streams[node].port();
            self.cluster.nodes[node].follow(upstream, delay)?;
            self.cluster.nodes[node].reload();
        }
        Ok(())
    }

    pub(super) async fn replica_pause(&mut self) -> Result<(), Failure> {
        self.on_replicas("SELECT pg_wal_replay_pause()").await?;
        self.wait(500, 3000).await;
        self.on_replicas("SELECT pg_wal_replay_resume()").await?;
        self.cluster.replicas_follow(CATCH_UP).await
    }

    async fn on_replicas(&self, statement: &str) -> Result<(), Failure> {
        for node in self.cluster.replicas {
            self.cluster.nodes[node].connect(DATABASE).await?.batch_execute(statement).await?;
        }
        Ok(())
    }

    pub(super) async fn long_transaction(&mut self) -> Result<(), Failure> {
        let time = self.between(2000, 5000);
        self.control.order(|done| Order::LongTransaction(time, done)).await
    }

    pub(super) async fn update_all(&mut self) -> Result<(), Failure> {
        self.control.order(Order::UpdateAll).await
    }

    pub(super) async fn primary_restart(&mut self) -> Result<(), Failure> {
        let crash = self.random.bool();
        let primary = self.cluster.primary;
        self.cluster.nodes[primary].stop(crash).await;
        self.wait(0, 1000).await;
        self.cluster.nodes[primary].start().await?;
        self.cluster.replicas_follow(CATCH_UP).await
    }

    /// What a tool for high availability does: cut the old primary off, choose the replica that has the most, promote it,
    /// lead everybody there, and make the old primary a replica.
    pub(super) async fn promotion(&mut self) -> Result<(), Failure> {
        let old = self.cluster.primary;
        for edges in &self.cluster.edges {
            edges.primary.refuse();
        }
        for stream in &self.cluster.streams {
            stream.refuse();
        }
        self.cluster.nodes[old].kill().await;
        let new = self.most_advanced().await?;
        let address = local(self.cluster.nodes[new].port());
        self.cluster.nodes[new].connect(DATABASE).await?.query_one("SELECT pg_promote(true, 60)", &[]).await?;
        self.cluster.nodes[new].lead()?;
        self.cluster.primary = new;
        self.control.lead(address.port());
        let slot = usize::from(self.cluster.replicas[1] == new);
        self.cluster.replicas[slot] = old;
        for edges in &self.cluster.edges {
            // Nobody is behind this address until the old primary has become a replica.
            edges.replicas[slot].refuse();
            edges.replicas[slot].lead_to(local(self.cluster.nodes[old].port()));
            edges.primary.lead_to(address);
            edges.primary.heal();
        }
        for stream in &self.cluster.streams {
            stream.lead_to(address);
            stream.heal();
        }
        self.follow_new_primary(old).await?;
        for edges in &self.cluster.edges {
            edges.replicas[slot].heal();
        }
        self.cluster.replicas_follow(CATCH_UP).await
    }

    async fn follow_new_primary(&mut self, old: usize) -> Result<(), Failure> {
        let primary = self.cluster.nodes[self.cluster.primary].port();
        let upstream = self.cluster.streams[old].port();
        let node = &mut self.cluster.nodes[old];
        node.copy(primary).await?;
        node.follow(upstream, Duration::ZERO)?;
        node.start().await
    }

    async fn most_advanced(&self) -> Result<usize, Failure> {
        let mut best = (self.cluster.replicas[0], -1i64);
        for node in self.cluster.replicas {
            let client = self.cluster.nodes[node].connect(DATABASE).await?;
            let sql = "SELECT (pg_last_wal_receive_lsn() - '0/0'::pg_lsn)::bigint";
            let received: i64 = client.query_one(sql, &[]).await?.try_get(0)?;
            if received > best.1 {
                best = (node, received);
            }
        }
        Ok(best.0)
    }
}
