//! A text is a cursor, and then the very one that would be made again, or it is refused.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    tradewind_graphql::fuzzing::cursor(text);
});
