//! Server-sent events as graphql-sse's protocol has them, one connection per operation:
//! <https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>.
use super::{Answer, response::Writer};

pub(super) struct Sse;

impl Writer for Sse {
    const CONTENT_TYPE: &'static str = "text/event-stream; charset=utf-8";
    const BEGIN: &'static str = ":\n\n";
    const ALIVE: &'static str = ":\n\n";
    // Browsers drop an event without a data field.
    const COMPLETE: &'static str = "event: complete\ndata: \n\n";
    // Without `complete`: the client connects again.
    const GOODBYE: &'static str = ":\n\n";

    fn write(answer: &Answer) -> Vec<u8> {
        let (Answer::Next(outcome) | Answer::Refused(outcome)) = answer;
        let mut event = b"event: next\ndata: ".to_vec();
        // JSON on one line: strings have their line breaks escaped.
        outcome.write_json(&mut event);
        event.extend_from_slice(b"\n\n");
        event
    }
}
