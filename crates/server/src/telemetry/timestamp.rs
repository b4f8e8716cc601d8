//! When a line was written: RFC 3339, in UTC, with microseconds.
use chrono::{DateTime, Utc};
use std::cell::Cell;

/// `2026-11-28T14:33:09.`
type Second = [u8; 20];

thread_local! {
    /// A second, and its text: a calendar is dear, and a second has many lines.
    static SECOND: Cell<(i64, Second)> = const { Cell::new((i64::MIN, [b'0'; 20])) };
}

/// Appends the time.
#[allow(clippy::disallowed_methods)] // a line tells when it was written, whatever time a test has chosen
pub(super) fn write(line: &mut String) {
    append(line, Utc::now());
}

fn append(line: &mut String, now: DateTime<Utc>) {
    let (known, mut text) = SECOND.get();
    if known != now.timestamp() {
        let written = now.format("%Y-%m-%dT%H:%M:%S.").to_string();
        // A year has four digits where clocks work.
        let Ok(new) = Second::try_from(written.as_bytes()) else { return line.push_str(&now.to_rfc3339()) };
        text = new;
        SECOND.set((now.timestamp(), text));
    }
    line.push_str(std::str::from_utf8(&text).unwrap_or_default());
    let mut rest = now.timestamp_subsec_micros();
    let mut digits = *b"000000Z";
    for digit in digits[..6].iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    line.push_str(std::str::from_utf8(&digits).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_what_chrono_writes(times in prop::collection::vec((0_i64..4_102_444_800, 0_u32..1_000_000), 1..20)) {
            for (second, micros) in times {
                let time = DateTime::from_timestamp(second, micros * 1_000).expect("a time");
                let mut line = String::from("at ");
                append(&mut line, time);
                prop_assert_eq!(line, format!("at {}", time.format("%Y-%m-%dT%H:%M:%S%.6fZ")));
            }
        }
    }
}
