//! Times without a clock: everything happened in the four years before a fixed instant.
use super::dice::Dice;
use chrono::{DateTime, TimeDelta, Utc};

/// 2026-01-01T00:00:00Z, in seconds.
const END: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// The instant before which everything in a seeded shop happened: 2026-01-01T00:00:00Z.
pub fn end_of_history() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(END)
}

/// A time between `from` and `to` days before the end.
pub(super) fn before_end(dice: &mut Dice, from: i64, to: i64) -> DateTime<Utc> {
    end_of_history() - TimeDelta::seconds(dice.between(from * DAY, to * DAY))
}

/// A time from `start` to the end.
pub(super) fn after(dice: &mut Dice, start: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = (end_of_history() - start).num_seconds().max(0);
    start + TimeDelta::seconds(dice.between(0, seconds))
}
