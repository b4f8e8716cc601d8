//! Counting what fragments expand to ends soon, however they nest, and validation takes what was let through.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    tradewind_graphql::fuzzing::expansion(text);
});
