//! Which ids changed last, each once: the newest change of an id takes the place of its older one.
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Ids that the log remembers; the oldest are forgotten first. At most about 10 MiB.
pub(super) const MOST: usize = 65_536;

/// Which ids somebody wants to know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every one.
    All,
    /// These.
    Only(Vec<Uuid>),
}

/// What a reader finds behind its position.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A change, and the position behind it.
    Change(u64, Uuid),
    /// Nothing yet; the position of the log's end.
    Nothing(u64),
    /// Changes that nobody remembers.
    Gap,
}

/// Changes by position.
#[derive(Debug, Default)]
pub(super) struct Log {
    by_position: BTreeMap<u64, Uuid>,
    position_of: HashMap<Uuid, u64>,
    /// Of the last change.
    end: u64,
    /// Changes up to here may be missing.
    forgotten: u64,
}

impl Log {
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Notes changes, in this order.
    pub(super) fn push(&mut self, ids: impl IntoIterator<Item = Uuid>, most: usize) {
        for id in ids {
            self.end += 1;
            if let Some(old) = self.position_of.insert(id, self.end) {
                self.by_position.remove(&old);
            }
            self.by_position.insert(self.end, id);
            if self.by_position.len() > most
                && let Some((position, id)) = self.by_position.pop_first()
            {
                self.position_of.remove(&id);
                self.forgotten = position;
            }
        }
    }

    /// Notes that any id may have changed.
    pub(super) fn lose(&mut self) {
        self.end += 1;
        self.forgotten = self.end;
        self.by_position.clear();
        self.position_of.clear();
    }

    /// The oldest wanted change behind `position`.
    pub(super) fn after(&self, position: u64, wanted: &Wanted) -> Found {
        if position < self.forgotten {
            return Found::Gap;
        }
        let found = match wanted {
            Wanted::All => self.by_position.range(position + 1..).next().map(|(position, id)| (*position, *id)),
            Wanted::Only(ids) => {
                let known = ids.iter().filter_map(|id| Some((*self.position_of.get(id)?, *id)));
                known.filter(|(at, _)| *at > position).min()
            }
        };
        found.map_or(Found::Nothing(self.end), |(position, id)| Found::Change(position, id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn read(log: &Log, mut position: u64, wanted: &Wanted) -> Vec<u128> {
        let mut read = Vec::new();
        while let Found::Change(next, id) = log.after(position, wanted) {
            position = next;
            read.push(id.as_u128());
        }
        read
    }

    #[test]
    fn what_changes_again_is_told_once_and_later() {
        let mut log = Log::default();
        log.push([1, 2, 3, 1, 1].map(id), 10);
        assert_eq!(read(&log, 0, &Wanted::All), [2, 3, 1]);
        assert_eq!(read(&log, 0, &Wanted::Only(vec![id(1), id(3), id(9)])), [3, 1]);
        assert_eq!(log.after(log.end(), &Wanted::All), Found::Nothing(5));
        assert_eq!(log.after(0, &Wanted::Only(vec![id(9)])), Found::Nothing(5));
    }

    #[test]
    fn it_is_bounded_and_says_what_it_forgot() {
        let mut log = Log::default();
        log.push((1..=8).map(id), 5);
        assert_eq!((log.by_position.len(), log.position_of.len()), (5, 5));
        assert_eq!(log.after(2, &Wanted::All), Found::Gap);
        assert_eq!(read(&log, 3, &Wanted::All), [4, 5, 6, 7, 8]);
        log.lose();
        assert_eq!((log.after(8, &Wanted::All), log.after(9, &Wanted::All)), (Found::Gap, Found::Nothing(9)));
    }
}
