//! A writer that goes past the servers, as `psql` or another program does: nothing waits after its commit.
use super::{control::Order, driver::Driver};
use crate::{
    Failure,
    cluster::{DATABASE, connect},
    history::{Effect, Outcome},
    shop::{Key, KeyKind, update_all},
};
use std::{rc::Rc, time::Duration};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::Client;

/// Its longest pause.
const PAUSE_MS: u64 = 25;
/// How long a statement may take; afterwards its outcome is unknown.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for the statement over all products.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

const WRITE: &str = "WITH guard AS (UPDATE rig_keys SET number = $2 WHERE key = $1 AND number < $2 RETURNING key)
    UPDATE products SET title = $3 FROM guard WHERE id = guard.key";

pub(super) async fn run(driver: Rc<Driver>, mut orders: UnboundedReceiver<Order>, mut random: fastrand::Rng) {
    let mut mine: Vec<Key> = driver.keys.of(KeyKind::Direct).cloned().collect();
    // One is for transactions that stay open.
    let Some(held) = mine.pop() else { return };
    let mut client = None;
    while !driver.control.is_stopped() {
        let pause = Duration::from_millis(random.u64(1..=PAUSE_MS));
        match tokio::time::timeout(pause, orders.recv()).await {
            Ok(Some(Order::UpdateAll(done))) => {
                let _ = done.send(all(&driver, &mine).await);
            }
            Ok(Some(Order::LongTransaction(time, done))) => {
                let (driver, held) = (Rc::clone(&driver), held.clone());
                tokio::task::spawn_local(async move {
                    let _ = done.send(hold(&driver, &held, time).await);
                });
            }
            Ok(Some(Order::Phase(_))) | Err(_) => {}
            Ok(None) => return,
        }
        if driver.control.is_resting() {
            continue;
        }
        if client.as_ref().is_none_or(Client::is_closed) {
            client = connect(driver.control.primary(), DATABASE).await.ok();
        }
        if let (Some(open), Some(key)) = (&client, random.choice(&mine))
            && !one(&driver, open, key).await
        {
            client = None;
        }
    }
}

async fn one(driver: &Driver, client: &Client, key: &Key) -> bool {
    let (number, _) = driver.invoke(key.index, Effect::Set);
    let wide = i64::try_from(number).unwrap_or(i64::MAX);
    let title = format!("{}.{number}", key.index);
    let args: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&key.id, &wide, &title];
    let outcome = match tokio::time::timeout(PATIENCE, client.execute(WRITE, &args)).await {
        Ok(Ok(1)) => Outcome::Acknowledged,
        // Overtaken, for example by a write that nobody had answered.
        Ok(Ok(_)) => Outcome::Failed,
        _ => Outcome::Unknown,
    };
    driver.ended(key.index, number, outcome);
    outcome == Outcome::Acknowledged
}

/// All products in one statement; registers among them take new numbers.
async fn all(driver: &Driver, keys: &[Key]) -> Result<(), String> {
    let numbers: Vec<(&Key, u64)> = keys.iter().map(|key| (key, driver.invoke(key.index, Effect::Set).0)).collect();
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let wide: Vec<i64> = numbers.iter().map(|(_, number)| i64::try_from(*number).unwrap_or(i64::MAX)).collect();
    let run = async {
        let mut client = connect(driver.control.primary(), DATABASE).await?;
        let transaction = client.transaction().await?;
        let guard = "UPDATE rig_keys SET number = n.number FROM unnest($1::uuid[], $2::bigint[]) AS n (key, number)
            WHERE rig_keys.key = n.key";
        transaction.execute(guard, &[&ids, &wide]).await?;
        transaction.execute(update_all(), &[&ids, &wide]).await?;
        transaction.commit().await?;
        Ok::<_, Failure>(())
    };
    let done = limited(LONG_PATIENCE, run).await;
    let outcome = if done.is_ok() { Outcome::Acknowledged } else { Outcome::Unknown };
    for (key, number) in numbers {
        driver.ended(key.index, number, outcome);
    }
    done
}

/// A transaction that writes, and stays open.
async fn hold(driver: &Driver, key: &Key, time: Duration) -> Result<(), String> {
    let (number, _) = driver.invoke(key.index, Effect::Set);
    let wide = i64::try_from(number).unwrap_or(i64::MAX);
    let title = format!("{}.{number}", key.index);
    let run = async {
        let mut client = connect(driver.control.primary(), DATABASE).await?;
        let transaction = client.transaction().await?;
        transaction.execute(WRITE, &[&key.id, &wide, &title]).await?;
        tokio::time::sleep(time).await;
        transaction.commit().await?;
        Ok::<_, Failure>(())
    };
    let done = limited(time + LONG_PATIENCE, run).await;
    driver.ended(key.index, number, if done.is_ok() { Outcome::Acknowledged } else { Outcome::Unknown });
    done
}

async fn limited(patience: Duration, run: impl Future<Output = Result<(), Failure>>) -> Result<(), String> {
    match tokio::time::timeout(patience, run).await {
        Ok(done) => {
            done.map_err(|error| match error.downcast_ref::<tokio_postgres::Error>().and_then(|e| e.as_db_error()) {
                Some(cause) => cause.to_string(),
                None => error.to_string(),
            })
        }
        Err(_) => Err(format!("a transaction did not end within {patience:?}")),
    }
}
