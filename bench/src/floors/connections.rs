//! Connections with prepared statements. Requests share them: statements of several requests travel one behind the other.
use crate::{Failure, postgres};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::{Client, Row, Statement, types::ToSql};

/// A connection with its statements, in the order of the texts.
pub(super) struct Connection {
    client: Client,
    statements: Vec<Statement>,
}

impl Connection {
    /// Runs the statement at this place. Several calls that wait at the same time are pipelined.
    pub(super) async fn query(&self, index: usize, args: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        let statement = self.statements.get(index).ok_or("no such statement")?;
        Ok(self.client.query(statement, args).await?)
    }
}

pub(super) struct Connections {
    list: Vec<Connection>,
    next: AtomicUsize,
}

impl Connections {
    pub(super) async fn open(url: &str, count: usize, texts: &[String]) -> Result<Self, Failure> {
        let mut list = Vec::new();
        for _ in 0..count.max(1) {
            let client = postgres::connect(url).await?;
            let mut statements = Vec::new();
            for text in texts {
                statements.push(client.prepare(text).await.map_err(|error| format!("{error}: {text}"))?);
            }
            list.push(Connection { client, statements });
        }
        Ok(Self { list, next: AtomicUsize::new(0) })
    }

    /// The next one in turn.
    pub(super) fn pick(&self) -> &Connection {
        &self.list[self.next.fetch_add(1, Ordering::Relaxed) % self.list.len()]
    }
}
