//! Reading through the pool or inside a transaction.
use super::WriteTx;
use crate::{
    Db, DbError,
    sql::{Arg, hex_list, render},
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};

/// Where a function reads: pass `&db` or `&tx`.
#[derive(Clone, Copy, Debug)]
pub enum Conn<'a> {
    /// Any connection of the pool: what is committed.
    Db(&'a Db),
    /// The transaction: also what it has written itself.
    Tx(&'a WriteTx),
}

impl<'a> From<&'a Db> for Conn<'a> {
    fn from(db: &'a Db) -> Self {
        Self::Db(db)
    }
}

impl<'a> From<&'a WriteTx> for Conn<'a> {
    fn from(tx: &'a WriteTx) -> Self {
        Self::Tx(tx)
    }
}

impl Conn<'_> {
    pub(crate) fn backend(&self) -> DbBackend {
        match self {
            Self::Db(db) => db.backend(),
            Self::Tx(tx) => tx.backend(),
        }
    }

    /// Rows of a statement of fixed text, read by column name.
    pub(crate) async fn all<T: FromQueryResult>(&self, text: &str, args: Vec<Arg>) -> Result<Vec<T>, DbError> {
        let statement = statement(self.backend(), text, args);
        let rows = match self {
            Self::Db(db) => db.orm().query_all_raw(statement).await?,
            Self::Tx(tx) => tx.orm().query_all_raw(statement).await?,
        };
        let rows: Result<Vec<T>, DbErr> = rows.iter().map(|row| T::from_query_result(row, "")).collect();
        Ok(rows?)
    }

    /// As [`all`](Self::all), for rows that are about to change: PostgreSQL locks them in the statement's order (not
    /// against foreign keys that point at them), SQLite has locked the file already.
    pub(crate) async fn all_locked<T: FromQueryResult>(&self, text: &str, args: Vec<Arg>) -> Result<Vec<T>, DbError> {
        match self.backend() {
            DbBackend::Postgres => self.all(&format!("{text} FOR NO KEY UPDATE"), args).await,
            _ => self.all(text, args).await,
        }
    }

    /// As [`all`](Self::all); inside a transaction the rows of this table are taken for it, in the statement's order.
    pub(crate) async fn all_for_edit<T: FromQueryResult>(
        &self,
        text: &str,
        table: &str,
        args: Vec<Arg>,
    ) -> Result<Vec<T>, DbError> {
        match (self, self.backend()) {
            (Self::Tx(_), DbBackend::Postgres) => self.all(&format!("{text} FOR NO KEY UPDATE OF {table}"), args).await,
            _ => self.all(text, args).await,
        }
    }
}

/// `{ids N}` and `{texts N}` are written as in [`crate::sql`].
pub(crate) fn statement(backend: DbBackend, text: &str, args: Vec<Arg>) -> Statement {
    let postgres = backend == DbBackend::Postgres;
    let values = args.into_iter().map(|arg| match arg {
        Arg::Id(id) => id.into(),
        Arg::Ids(ids) if postgres => ids.into(),
        Arg::Ids(ids) => hex_list(&ids).into(),
        Arg::Text(text) => text.into(),
        Arg::Texts(texts) if postgres => texts.into(),
        Arg::Texts(texts) => serde_json::Value::from(texts).to_string().into(),
        Arg::Int(int) => int.into(),
        Arg::Time(time) => time.into(),
    });
    let values: Vec<Value> = values.collect();
    Statement::from_sql_and_values(backend, render(text, postgres), values)
}
