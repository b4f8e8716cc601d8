//! Apollo's multipart subscription protocol:
//! <https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol>. A part ends with
//! the boundary of the next one, so that a client has it at once.
use super::{Answer, response::Writer};

pub(super) struct Multipart;

const HEAD: &[u8] = b"\r\ncontent-type: application/json\r\n\r\n{\"payload\":";

impl Writer for Multipart {
    const CONTENT_TYPE: &'static str = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0";
    const BEGIN: &'static str = "\r\n--graphql";
    const ALIVE: &'static str = "\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql";
    const COMPLETE: &'static str = "--\r\n";
    const GOODBYE: &'static str = "\r\ncontent-type: application/json\r\n\r\n{\"payload\":null,\"errors\":[{\"message\":\
        \"the server is going away: subscribe again\",\"extensions\":{\"code\":\"UNAVAILABLE\"}}]}\r\n--graphql--\r\n";

    fn write(answer: &Answer) -> Vec<u8> {
        let mut part = HEAD.to_vec();
        match answer {
            Answer::Next(outcome) => outcome.write_json(&mut part),
            // An error of the transport ends the operation, in place of a payload.
            Answer::Refused(outcome) => {
                part.extend_from_slice(b"null,\"errors\":");
                outcome.write_errors(&mut part);
            }
        }
        part.extend_from_slice(b"}\r\n--graphql");
        part
    }
}
