//! The Prometheus metrics.

use crate::support::{Journal, Probe};
use futures_util::future::join_all;
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::sync::Arc;
use tradewind_loader::{Frontier, LoaderMetrics};

#[tokio::test]
async fn each_batch_is_counted_by_size_and_duration() {
    let mut registry = Registry::default();
    let metrics = Arc::new(LoaderMetrics::register(&mut registry));
    for _ in 0..2 {
        let frontier = Frontier::with_observer(metrics.clone());
        let loader = frontier.loader(Probe::<1000>::tenfold(&Journal::default()));
        frontier.run(join_all((0..5).map(|key| loader.load(key)))).await;
    }
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    for line in [
        r#"tradewind_graphql_dataloader_batch_size_count{loader="probe"} 2"#,
        r#"tradewind_graphql_dataloader_batch_size_sum{loader="probe"} 10.0"#,
        r#"tradewind_graphql_dataloader_batch_size_bucket{le="4.0",loader="probe"} 0"#,
        r#"tradewind_graphql_dataloader_batch_duration_seconds_count{loader="probe"} 2"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
}
