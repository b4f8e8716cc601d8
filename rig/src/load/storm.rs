//! Everybody asks for the same keys at the same time.
use super::{connection::Connection, driver::READ_PATIENCE, request::Requests};
use crate::{
    Failure,
    history::KeyIndex,
    shop::{KeyKind, Keys},
};
use std::{net::SocketAddr, sync::Arc};
use tokio::{sync::Barrier, task::JoinSet};

/// Asks every instance, through so many connections each, for each product of a kind, one request per key, in the same
/// order. Returns the number of keys.
pub(crate) async fn storm(
    addresses: &[SocketAddr],
    clients: usize,
    kind: KeyKind,
    seed: u64,
) -> Result<usize, Failure> {
    let keys = Keys::new();
    let mut random = fastrand::Rng::with_seed(seed);
    let requests = Arc::new(Requests::new(&keys, 1, &mut random));
    let chosen: Arc<Vec<KeyIndex>> = Arc::new(keys.of(kind).map(|key| key.index).collect());
    let barrier = Arc::new(Barrier::new(addresses.len() * clients));
    let mut all = JoinSet::new();
    for address in addresses {
        for _ in 0..clients {
            let (requests, chosen, barrier, address) =
                (Arc::clone(&requests), Arc::clone(&chosen), Arc::clone(&barrier), *address);
            all.spawn(async move {
                let mut connection = Connection::open(address, READ_PATIENCE).await?;
                barrier.wait().await;
                for key in chosen.iter() {
                    let prepared = requests.by_id(*key).ok_or("no such key")?;
                    let reply = connection.send(&prepared.bytes, READ_PATIENCE).await?;
                    if reply.status != 200 {
                        return Err(format!("status {}", reply.status).into());
                    }
                }
                Ok::<_, Failure>(())
            });
        }
    }
    while let Some(ended) = all.join_next().await {
        ended??;
    }
    Ok(chosen.len())
}
