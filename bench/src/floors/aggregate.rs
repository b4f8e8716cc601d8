//! Floor (c): one statement that answers JSON. Its ids are row ids: encoding them in SQL would cost more than it tells.
use super::{aggregate_sql::texts, connections::Connections, search::Search};
use crate::{
    Failure,
    operation::{Argument, Operation},
    shop::Shop,
};
use axum::body::Bytes;

pub(super) struct Aggregate {
    connections: Connections,
    shop: Shop,
}

impl Aggregate {
    pub(super) async fn open(url: &str, count: usize, shop: Shop) -> Result<Self, Failure> {
        Ok(Self { connections: Connections::open(url, count, &texts(shop)).await?, shop })
    }

    pub(super) async fn answer(&self, operation: Operation, argument: &Argument) -> Result<Bytes, Failure> {
        let (db, channel) = (self.connections.pick(), &self.shop.channel);
        let rows = match operation {
            Operation::Q1 => db.query(0, &[&argument.slug, channel]).await?,
            Operation::Q2 => db.query(1, &[&argument.slug, channel]).await?,
            Operation::Q3 => db.query(2, &[channel, &argument.sold, &argument.id]).await?,
            Operation::Q4 => {
                let search = Search::parse(&argument.words);
                db.query(3, &[channel, &search.anywhere, &search.title, &search.title_prefix, &search.keywords_prefix])
                    .await?
            }
        };
        let body: &str = rows.first().ok_or("nothing found")?.try_get(0)?;
        // PostgreSQL writes a space around colons; the load driver looks for none.
        let body = body.strip_prefix("{\"data\" : ").ok_or("an unexpected beginning")?;
        let mut bytes = Vec::with_capacity(body.len() + 8);
        bytes.extend_from_slice(b"{\"data\":");
        bytes.extend_from_slice(body.as_bytes());
        Ok(bytes.into())
    }
}
