//! Brings the rows of a table to what they should be, and leaves those alone that are so already: what is not written is
//! not logged, so nobody's cache forgets it.
use super::{
    WriteTx,
    bulk::{Conflict, insert},
};
use crate::DbError;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter,
};
use std::{collections::HashMap, hash::Hash};

/// Rows that one statement deletes.
const DELETED_AT_ONCE: usize = 500;

/// Of the rows that are `stored`, deletes those whose `key` is in no new row, and writes the new ones that differ.
pub(crate) async fn reconcile<M, C, K>(
    tx: &WriteTx,
    stored: Vec<M>,
    rows: Vec<M>,
    key: impl Fn(&M) -> K,
) -> Result<(), DbError>
where
    C: ColumnTrait + Iterable + 'static,
    M: ModelTrait + PartialEq + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    M::Entity: EntityTrait<Column = C>,
    K: Eq + Hash,
{
    if stored.is_empty() {
        return insert(tx, rows, Conflict::Refuse).await;
    }
    let mut stored: HashMap<K, M> = stored.into_iter().map(|row| (key(&row), row)).collect();
    let rows: Vec<M> = rows.into_iter().filter(|row| stored.remove(&key(row)).as_ref() != Some(row)).collect();
    let gone: Vec<M> = stored.into_values().collect();
    for chunk in gone.chunks(DELETED_AT_ONCE) {
        let these = chunk.iter().map(this_row).fold(Condition::any(), Condition::add);
        M::Entity::delete_many().filter(these).exec(tx.orm()).await?;
    }
    insert(tx, rows, Conflict::ReplaceBut(&[])).await
}

fn this_row<M: ModelTrait>(row: &M) -> Condition {
    let columns = <M::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    columns.map(|column| column.eq(row.get(column))).fold(Condition::all(), Condition::add)
}
