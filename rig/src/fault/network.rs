//! Edges to the primary.
use super::Injector;
use crate::{
    Failure,
    proxy::{Edge, Flow, Lane},
};
use std::time::Duration;

/// Longer than a writer waits after its commit: a read whose answer is on its way can lack an acknowledged write.
const ANSWER: Duration = Duration::from_millis(150);
/// Longer than the lease, and shorter than a poll may take (100 ms).
const POLL: Duration = Duration::from_millis(75);

impl Injector<'_> {
    pub(super) async fn primary_cut(&mut self, instance: usize) -> Result<(), Failure> {
        let edge = &self.cluster.edges[instance].primary;
        match self.random.u8(..3) {
            0 => edge.blackhole(),
            1 => edge.refuse(),
            _ => edge.flow(Flow::Pass, Flow::Hold),
        }
        self.wait(300, 2500).await;
        self.cluster.edges[instance].primary.heal();
        Ok(())
    }

    pub(super) async fn primary_slow(&mut self, instance: usize) -> Result<(), Failure> {
        let delay = Flow::Delay(Duration::from_millis(20));
        self.cluster.edges[instance].primary.flow(delay, delay);
        self.wait(1000, 2500).await;
        self.cluster.edges[instance].primary.heal();
        Ok(())
    }

    pub(super) async fn answers_late(&mut self, instance: usize) -> Result<(), Failure> {
        for edge in self.cluster.edges[instance].databases() {
            edge.flow_of(Lane::Others, Flow::Pass, Flow::Delay(ANSWER));
        }
        self.wait(1500, 3000).await;
        self.cluster.edges[instance].databases().for_each(Edge::heal);
        Ok(())
    }

    pub(super) async fn log_late(&mut self, instance: usize) -> Result<(), Failure> {
        self.cluster.edges[instance].primary.flow_of(Lane::Log, Flow::Pass, Flow::Delay(POLL));
        self.wait(1500, 3000).await;
        self.cluster.edges[instance].primary.heal();
        Ok(())
    }
}
