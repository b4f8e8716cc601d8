//! Every request of a run once, and requests that no register stands behind.
use super::{
    connection::Connection,
    driver::READ_PATIENCE,
    request::{Requests, percent, plain},
};
use crate::{
    Failure,
    shop::{KeyKind, Keys, stock_id},
};
use std::net::SocketAddr;
use tradewind_domain::global_id::{GlobalId, NodeKind};

const STOCK: &str = "query($id:ID!){product(id:$id){variants(first:1){nodes{stockLevels{available}}}}}";

/// Requests of the run of a seed.
#[derive(Debug)]
pub(crate) struct Sweep {
    keys: Keys,
    requests: Requests,
}

impl Sweep {
    /// `seed`, and with it the pages: those of the driver.
    pub(crate) fn new(seed: u64, batch: usize) -> Self {
        let keys = Keys::new();
        let requests = Requests::new(&keys, batch, &mut fastrand::Rng::with_seed(seed));
        Self { keys, requests }
    }

    /// Asks each of these instances for all that is public.
    pub(crate) async fn run(&self, instances: &[SocketAddr]) -> Result<(), Failure> {
        for address in instances {
            let mut connection = Connection::open(*address, READ_PATIENCE).await?;
            for prepared in self.requests.catalog() {
                let reply = connection.send(&prepared.bytes, READ_PATIENCE).await?;
                if reply.status != 200 {
                    return Err(format!("a sweep is answered {}", reply.status).into());
                }
            }
        }
        Ok(())
    }

    /// What a product's variant has in stock: never kept.
    pub(crate) fn stock(&self) -> Vec<u8> {
        let variables = serde_json::json!({ "id": GlobalId::encode(NodeKind::Product, stock_id()) }).to_string();
        plain("GET", &format!("/graphql?query={}&variables={}", percent(STOCK), percent(&variables)))
    }

    /// A customer's name: private and STRICT.
    pub(crate) fn profile(&self) -> Vec<u8> {
        let id = self.keys.of(KeyKind::Profile).next().map(|key| key.id).unwrap_or_default();
        plain("GET", &format!("/rig/profile/{id}"))
    }
}
