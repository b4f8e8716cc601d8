//! Refuses a PgBouncer that mixes up prepared statements.
//!
//! sqlx and tokio-postgres name every statement. PgBouncer before 1.21, or without `max_prepared_statements`, hands a session to
//! another client in transaction mode together with those names: calls fail, or answer another statement's question.
use crate::DbError;
use sea_orm::sqlx::{Connection, Executor, PgConnection, Row, postgres::PgConnectOptions};
use std::{sync::Arc, time::Duration};

const WAY_OUT: &str = "use PgBouncer 1.21 or newer with max_prepared_statements = 200, or pool_mode = session, \
     or connect to PostgreSQL directly (DATABASE_URL)";

/// Asks the server twice, on two connections in the same order that breaks an unfit pooler.
pub(crate) async fn check(address: &PgConnectOptions, patience: Duration) -> Result<(), DbError> {
    let open = || tokio::time::timeout(patience, PgConnection::connect_with(address));
    let timed_out = |_| {
        let text = format!("it did not answer within {patience:?} (DATABASE_URL)");
        DbError::Unavailable(Arc::new(std::io::Error::new(std::io::ErrorKind::TimedOut, text)))
    };
    let mut first = open().await.map_err(timed_out)??;
    let mut second = open().await.map_err(timed_out)??;
    let probe = probe(&mut first, &mut second).await;
    // The probe is over; how the connections end does not matter.
    let _ = (first.close().await, second.close().await);
    match probe {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(DbError::Setup(format!("the pooler in front of the database mixes up prepared statements: {WAY_OUT}")))
        }
        Err(error) if error.to_string().contains("prepared statement") || error.to_string().contains("sqlx_s_") => {
            Err(DbError::Setup(format!("the pooler in front of the database loses prepared statements: {WAY_OUT}")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Both connections prepare different texts under the same names (`sqlx_s_1`, `sqlx_s_2`) and run them by turns.
async fn probe(first: &mut PgConnection, second: &mut PgConnection) -> Result<bool, sea_orm::sqlx::Error> {
    for _ in 0..2 {
        let mut answers = Vec::with_capacity(4);
        answers.push(first.fetch_one(sea_orm::sqlx::query("SELECT 11::int4")).await?.try_get::<i32, _>(0)?);
        answers.push(second.fetch_one(sea_orm::sqlx::query("SELECT 21::int4")).await?.try_get::<i32, _>(0)?);
        answers.push(second.fetch_one(sea_orm::sqlx::query("SELECT 22::int4")).await?.try_get::<i32, _>(0)?);
        answers.push(first.fetch_one(sea_orm::sqlx::query("SELECT 12::int4")).await?.try_get::<i32, _>(0)?);
        if answers != [11, 21, 22, 12] {
            return Ok(false);
        }
    }
    Ok(true)
}
