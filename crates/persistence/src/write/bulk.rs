//! Many rows in one statement.
use super::{Conn, WriteTx};
use crate::{DbError, sql::Arg};
use sea_orm::{
    EntityTrait, FromQueryResult, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn, QueryTrait,
    sea_query::OnConflict,
};
use uuid::Uuid;

/// Bind parameters of one statement: the protocol of PostgreSQL, and SQLite's default build.
const POSTGRES_PARAMETERS: usize = 65_535;
const SQLITE_PARAMETERS: usize = 32_766;

/// What happens to a row whose primary key is there already.
pub(crate) enum Conflict<C: 'static> {
    /// The statement fails: the caller knows that there is none.
    Refuse,
    /// The row takes the new values, except in these columns.
    ReplaceBut(&'static [C]),
}

/// Inserts all rows; nothing happens without any.
pub(crate) async fn insert<M, C>(tx: &WriteTx, rows: Vec<M>, conflict: Conflict<C>) -> Result<(), DbError>
where
    C: sea_orm::ColumnTrait + Iterable + 'static,
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    M::Entity: EntityTrait<Column = C>,
{
    let limit = if tx.postgres() { POSTGRES_PARAMETERS } else { SQLITE_PARAMETERS };
    let rows_per_statement = limit / C::iter().count();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<M> = rows.by_ref().take(rows_per_statement).collect();
        let mut insert = M::Entity::insert_many(chunk.into_iter().map(IntoActiveModel::into_active_model));
        if let Some(on_conflict) = on_conflict::<M::Entity>(&conflict) {
            insert.query().on_conflict(on_conflict);
        }
        insert.exec_without_returning(tx.orm()).await?;
    }
    Ok(())
}

fn on_conflict<E: EntityTrait>(conflict: &Conflict<E::Column>) -> Option<OnConflict>
where
    E::Column: Iterable,
{
    let keys: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let name = |column: &E::Column| sea_orm::IdenStatic::as_str(column).to_owned();
    let mut clause = OnConflict::columns(keys.iter().copied());
    match conflict {
        Conflict::Refuse => return None,
        Conflict::ReplaceBut(kept) => {
            let kept: Vec<String> = kept.iter().chain(&keys).map(name).collect();
            let new: Vec<E::Column> = E::Column::iter().filter(|column| !kept.contains(&name(column))).collect();
            // A row that is all key is there already as it should be.
            if new.is_empty() { clause.do_nothing() } else { clause.update_columns(new) }
        }
    };
    Some(clause)
}

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

/// Deletes what a query finds, in the order of the ids; how many. In two statements: PostgreSQL reads a whole table for
/// `IN (SELECT … LIMIT $1)`, because it does not know how few the limit lets through.
pub(crate) async fn delete_found(tx: &WriteTx, (query, args): (&str, Vec<Arg>), delete: &str) -> Result<u64, DbError> {
    let found: Vec<Found> = Conn::from(tx).all(query, args).await?;
    let mut ids: Vec<Uuid> = found.into_iter().map(|row| row.id).collect();
    ids.sort_unstable();
    tx.execute(delete, vec![Arg::Ids(ids)]).await
}
