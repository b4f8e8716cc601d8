//! Edges to the primary.
use super::Injector;
use crate::{Failure, proxy::Flow};
use std::time::Duration;

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
}
