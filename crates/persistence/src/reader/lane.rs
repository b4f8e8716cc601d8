//! The statements of one request.
use super::{
    Reader,
    connection::{Cell, Connection},
};
use crate::DbError;
use parking_lot::Mutex;
use std::sync::{Arc, Weak};

/// Statements that overlap in time on one lane share a connection, and none is held between them: so a request holds
/// nothing from one level to the next, and whoever waits for a connection holds none.
#[derive(Debug, Default)]
pub(crate) struct Lane(Mutex<Weak<Cell>>);

impl Lane {
    /// The connection of the statements under way, or another one.
    pub(super) async fn connection(&self, reader: &Reader) -> Result<Connection, DbError> {
        let cell = {
            let mut current = self.0.lock();
            match current.upgrade().filter(|cell| cell.is_open()) {
                Some(cell) => cell,
                None => {
                    let cell = reader.traffic.join();
                    *current = Arc::downgrade(&cell);
                    cell
                }
            }
        };
        Connection::connect(cell, reader).await
    }
}
