//! Rows by position: one decoder for both databases, without a look-up by column name for each value.

/// Declares a struct whose fields are the columns of a statement, in their order. Types are not compared per value:
/// the statements are our own, and tests run each of them on both databases.
macro_rules! row {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_visibility:vis $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $visibility struct $name { $($(#[$field_meta])* $field_visibility $field: $type,)* }

        impl<'r, R> sea_orm::sqlx::FromRow<'r, R> for $name
        where
            R: sea_orm::sqlx::Row,
            usize: sea_orm::sqlx::ColumnIndex<R>,
            $($type: sea_orm::sqlx::Decode<'r, R::Database> + sea_orm::sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> Result<Self, sea_orm::sqlx::Error> {
                let mut next = 0usize..;
                $(let $field: $type = row.try_get_unchecked(next.next().unwrap_or_default())?;)*
                Ok(Self { $($field,)* })
            }
        }

        impl $crate::reader::FromPg for $name {
            fn from_pg(row: &tokio_postgres::Row) -> Result<Self, tokio_postgres::Error> {
                let mut next = 0usize..;
                $(let $field: $type = row.try_get(next.next().unwrap_or_default())?;)*
                Ok(Self { $($field,)* })
            }
        }
    };
}
pub(crate) use row;
