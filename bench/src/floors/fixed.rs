//! Floor (d): an answer of middle size, always the same: what HTTP alone costs.
use super::nested::Nested;
use crate::{Failure, arguments::arguments, operation::Operation};
use axum::body::Bytes;
use tokio_postgres::Client;

/// Answers that are looked at for the middle size.
const SAMPLES: usize = 101;

pub(super) struct Fixed(Vec<(Operation, Bytes)>);

impl Fixed {
    pub(super) async fn make(client: &Client, source: &Nested) -> Result<Self, Failure> {
        let mut list = Vec::new();
        for operation in Operation::ALL {
            let arguments = arguments(client, operation).await?;
            let mut random = fastrand::Rng::with_seed(1);
            let mut answers = Vec::new();
            for _ in 0..SAMPLES {
                answers.push(source.answer(operation, &arguments[random.usize(..arguments.len())]).await?);
            }
            answers.sort_by_key(Bytes::len);
            list.push((operation, answers.swap_remove(SAMPLES / 2)));
        }
        Ok(Self(list))
    }

    pub(super) fn answer(&self, operation: Operation) -> Bytes {
        self.0.iter().find(|(own, _)| *own == operation).map(|(_, body)| body.clone()).unwrap_or_default()
    }
}
