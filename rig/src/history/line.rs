//! Events as JSON lines. Reads are written by hand: there are millions of them.
use super::{Effect, Event, KeyIndex, Nanos, Outcome, Read, Seen};
use serde::Deserialize;
use std::io::{self, Write};

/// Writes an event and its line end.
pub(crate) fn write(event: &Event, out: &mut impl Write) -> io::Result<()> {
    match event {
        Event::Invoke { key, number, effect, at } => {
            let effect = match effect {
                Effect::Set => "set",
                Effect::Remove => "remove",
            };
            writeln!(out, r#"{{"write":{key},"number":{number},"effect":"{effect}","at":{at}}}"#)
        }
        Event::Return { key, number, outcome, at } => {
            let outcome = match outcome {
                Outcome::Acknowledged => "acknowledged",
                Outcome::Failed => "failed",
                Outcome::Unknown => "unknown",
            };
            writeln!(out, r#"{{"return":{key},"number":{number},"outcome":"{outcome}","at":{at}}}"#)
        }
        Event::Read(read) => write_read(read, out),
        Event::Phase { name, at } => writeln!(out, r#"{{"phase":{},"at":{at}}}"#, serde_json::json!(name)),
    }
}

fn write_read(read: &Read, out: &mut impl Write) -> io::Result<()> {
    let Read { session, instance, from, to, .. } = read;
    write!(out, r#"{{"read":{session},"instance":{instance},"from":{from},"to":{to},"#)?;
    if read.unverified {
        write!(out, r#""unverified":true,"#)?;
    }
    write!(out, r#""values":["#)?;
    for (position, (key, seen)) in read.values.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        match seen {
            Seen::Number(number) => write!(out, "{comma}[{key},{number}]")?,
            Seen::Present => write!(out, "{comma}[{key},true]")?,
            Seen::Absent => write!(out, "{comma}[{key},null]")?,
        }
    }
    writeln!(out, "]}}")
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Invoke {
        write: KeyIndex,
        number: u64,
        effect: Effect,
        at: Nanos,
    },
    Return {
        r#return: KeyIndex,
        number: u64,
        outcome: OutcomeName,
        at: Nanos,
    },
    Read {
        read: u32,
        instance: u8,
        from: Nanos,
        to: Nanos,
        #[serde(default)]
        unverified: bool,
        values: Vec<(KeyIndex, SeenValue)>,
    },
    Phase {
        phase: String,
        at: Nanos,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum OutcomeName {
    Acknowledged,
    Failed,
    Unknown,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SeenValue {
    Number(u64),
    Present(bool),
    Absent(()),
}

/// Reads a line that [`write()`] wrote.
pub(crate) fn parse(line: &str) -> Result<Event, serde_json::Error> {
    Ok(match serde_json::from_str(line)? {
        Line::Invoke { write, number, effect, at } => Event::Invoke { key: write, number, effect, at },
        Line::Return { r#return, number, outcome, at } => {
            let outcome = match outcome {
                OutcomeName::Acknowledged => Outcome::Acknowledged,
                OutcomeName::Failed => Outcome::Failed,
                OutcomeName::Unknown => Outcome::Unknown,
            };
            Event::Return { key: r#return, number, outcome, at }
        }
        Line::Read { read, instance, from, to, unverified, values } => {
            let seen = |value| match value {
                SeenValue::Number(number) => Seen::Number(number),
                SeenValue::Present(true) => Seen::Present,
                SeenValue::Present(false) | SeenValue::Absent(()) => Seen::Absent,
            };
            let values = values.into_iter().map(|(key, value)| (key, seen(value))).collect();
            Event::Read(Read { session: read, instance, from, to, unverified, values })
        }
        Line::Phase { phase, at } => Event::Phase { name: phase, at },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_survives_its_line() {
        let read = |unverified| {
            let values = vec![(0, Seen::Number(7)), (1, Seen::Present), (2, Seen::Absent)];
            Event::Read(Read { session: 3, instance: 1, from: 5, to: 9, unverified, values })
        };
        let returned = |outcome| Event::Return { key: 2, number: 8, outcome, at: 6 };
        let events = [
            Event::Invoke { key: 2, number: 8, effect: Effect::Set, at: 5 },
            Event::Invoke { key: 2, number: 9, effect: Effect::Remove, at: 5 },
            returned(Outcome::Acknowledged),
            returned(Outcome::Failed),
            returned(Outcome::Unknown),
            read(false),
            read(true),
            Event::Phase { name: "after \"redis\"".to_owned(), at: 3 },
        ];
        for event in events {
            let mut line = Vec::new();
            write(&event, &mut line).unwrap();
            assert_eq!(parse(std::str::from_utf8(&line).unwrap()).unwrap(), event);
        }
    }
}
