//! Keeping what was changed.
use crate::account::Moment;
use tradewind_domain::audit::Change;
use tradewind_persistence::{
    DbError,
    write::{
        WriteTx,
        staff::{Actor, insert_changes},
    },
};

/// Writes changes into the audit log, in the transaction that made them.
pub async fn keep_changes(
    tx: &WriteTx,
    actor: Actor,
    changes: Vec<Change>,
    moment: &mut Moment<'_>,
) -> Result<(), DbError> {
    if changes.is_empty() {
        return Ok(());
    }
    let entries: Vec<_> = changes.into_iter().map(|change| (moment.id(), change)).collect();
    insert_changes(tx, actor, entries, moment.now()).await
}
