//! The scan ends whatever the text, and what it lets through, the parser reads without a crash.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    tradewind_graphql::fuzzing::scan(text);
});
