//! Waits until an instance's figures say something.
use crate::{
    cluster::get,
    sampler::{Totals, parse, sum},
};
use std::time::{Duration, Instant};

/// Between two looks: how exact the times are.
const EVERY: Duration = Duration::from_millis(10);

/// A counter, summed over the labels that hold these texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    pub(super) name: &'static str,
    pub(super) with: &'static [&'static str],
}

impl Counter {
    fn of(self, totals: &Totals) -> f64 {
        sum(totals, self.name, self.with)
    }

    /// What it is on each of the instances behind these ports of metrics; 0 where one does not answer.
    pub(super) async fn read(self, ports: &[u16]) -> Vec<f64> {
        let mut all = Vec::with_capacity(ports.len());
        for port in ports {
            all.push(get(*port, "/metrics").await.map_or(0.0, |text| self.of(&parse(&text))));
        }
        all
    }

    /// Milliseconds from `began` until it has risen on each instance; `None`: it did not in time.
    pub(super) async fn risen(
        self,
        ports: &[u16],
        before: &[f64],
        began: Instant,
        patience: Duration,
    ) -> Vec<Option<f64>> {
        let mut risen = vec![None; ports.len()];
        while risen.iter().any(Option::is_none) && began.elapsed() < patience {
            for ((port, before), risen) in ports.iter().zip(before).zip(&mut risen) {
                if risen.is_none()
                    && let Ok(text) = get(*port, "/metrics").await
                    && self.of(&parse(&text)) > *before
                {
                    *risen = Some(began.elapsed().as_secs_f64() * 1e3);
                }
            }
            tokio::time::sleep(EVERY).await;
        }
        risen
    }
}
