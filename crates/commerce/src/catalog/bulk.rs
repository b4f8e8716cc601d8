//! Many changes in one request: judged one by one, written together.
use super::{Answer, CatalogCode, checks::Checks, desk::Desk};
use crate::{
    account::Refused,
    staff::{Audited, OnError},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

/// Items of one request.
pub const MOST_ITEMS: usize = 100;

/// What many changes came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDone {
    /// What was done, in the order of the request.
    pub ids: Vec<Uuid>,
    /// What was not, and why.
    pub refused: Vec<Refused<CatalogCode>>,
}

/// A request with more items than it may have, or none.
pub(super) fn too_many(list: &str, length: usize, most: usize) -> Option<Vec<Refused<CatalogCode>>> {
    let mut checks = Checks::new();
    if length == 0 {
        checks.refuse(CatalogCode::Required, list, "The list is empty: name at least one.");
    }
    checks.at_most(most, list, length);
    Some(checks.refused()).filter(|refused| !refused.is_empty())
}

/// The items of a request, while they are judged.
#[derive(Debug)]
pub(super) struct Bulk {
    list: &'static str,
    place: usize,
    seen: BTreeSet<Uuid>,
    done: Vec<Uuid>,
    checks: Checks,
}

impl Bulk {
    /// Items of the argument `list`.
    pub(super) fn new(list: &'static str) -> Self {
        Self { list, place: 0, seen: BTreeSet::new(), done: Vec::new(), checks: Checks::new() }
    }

    /// Judges the next item, which is about this row. A row that was named before is refused.
    pub(super) fn item(&mut self, id: Uuid, judge: impl FnOnce(&mut Checks)) {
        let step = format!("{}.{}", self.list, self.place);
        self.place += 1;
        let before = self.checks.count();
        let is_new = self.seen.insert(id);
        self.checks.within(&step, |checks| match is_new {
            true => judge(checks),
            false => checks.refuse(CatalogCode::Duplicate, "", "This one was named before: leave it out."),
        });
        if self.checks.count() == before {
            self.done.push(id);
        }
    }

    /// Judges the next item, which makes a row; the judgement says its id.
    pub(super) fn item_of(&mut self, judge: impl FnOnce(&mut Checks) -> Uuid) {
        let step = format!("{}.{}", self.list, self.place);
        self.place += 1;
        let before = self.checks.count();
        let id = self.checks.within(&step, judge);
        if self.checks.count() == before {
            self.done.push(id);
        }
    }

    /// Writes what may be done: all, or what was not refused.
    pub(super) async fn finish(
        self,
        tx: &WriteTx,
        desk: Desk,
        on_error: OnError,
        action: &'static str,
        now: DateTime<Utc>,
    ) -> Answer<BulkDone> {
        let refused = self.checks.refused();
        if on_error == OnError::AllOrNothing && !refused.is_empty() {
            return Ok(Err(refused));
        }
        let changes = desk.save(tx, action, now).await?;
        Ok(Ok(Audited::all(BulkDone { ids: self.done, refused }, changes)))
    }
}
