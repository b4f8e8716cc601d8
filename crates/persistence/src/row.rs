//! Rows by position: one decoder for both databases, without a look-up by column name for each value.
use sea_orm::sqlx::{self, sqlite::SqliteRow};
use tokio_postgres::Row as PgRow;

/// What a part of a row becomes. Types are not compared per value: the statements are our own, and tests run each of them
/// on both databases.
pub(crate) trait Decode: Sized + Send {
    /// Reads the columns from this one on.
    fn from_pg(row: &PgRow, first: usize) -> Result<Self, tokio_postgres::Error>;
    /// Reads the columns from this one on.
    fn from_sqlite(row: &SqliteRow, first: usize) -> Result<Self, sqlx::Error>;
}

/// Where decoded rows go: how a statement is sent and answered is then compiled once, not once for each type of row.
pub(crate) trait Rows: Send {
    fn push_pg(&mut self, row: &PgRow) -> Result<(), tokio_postgres::Error>;
    fn push_sqlite(&mut self, row: &SqliteRow) -> Result<(), sqlx::Error>;
    fn len(&self) -> usize;
    fn clear(&mut self);
}

impl<T: Decode> Rows for Vec<T> {
    fn push_pg(&mut self, row: &PgRow) -> Result<(), tokio_postgres::Error> {
        self.push(T::from_pg(row, 0)?);
        Ok(())
    }

    fn push_sqlite(&mut self, row: &SqliteRow) -> Result<(), sqlx::Error> {
        self.push(T::from_sqlite(row, 0)?);
        Ok(())
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn clear(&mut self) {
        self.clear();
    }
}

/// Declares a struct whose fields are columns of a statement, in their order. Rows can be kept in a cache: they serialize.
macro_rules! row {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_visibility:vis $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        $visibility struct $name { $($(#[$field_meta])* $field_visibility $field: $type,)* }

        $crate::row::heap!($name: $($field),*);

        impl $crate::row::Decode for $name {
            fn from_pg(row: &tokio_postgres::Row, first: usize) -> Result<Self, tokio_postgres::Error> {
                let mut next = first..;
                $(let $field: $type = row.try_get(next.next().unwrap_or_default())?;)*
                Ok(Self { $($field,)* })
            }

            fn from_sqlite(
                row: &sea_orm::sqlx::sqlite::SqliteRow,
                first: usize,
            ) -> Result<Self, sea_orm::sqlx::Error> {
                use sea_orm::sqlx::Row as _;
                let mut next = first..;
                $(let $field: $type = row.try_get_unchecked(next.next().unwrap_or_default())?;)*
                Ok(Self { $($field,)* })
            }
        }
    };
}
pub(crate) use row;

/// Bytes of a struct behind its pointers, as its fields know them.
macro_rules! heap {
    ($name:ident: $($field:ident),*) => {
        impl get_size2::GetSize for $name {
            fn get_heap_size_with_tracker<T: get_size2::GetSizeTracker>(&self, tracker: T) -> (usize, T) {
                (0 $(+ get_size2::GetSize::get_heap_size(&self.$field))*, tracker)
            }
        }
    };
}
pub(crate) use heap;
