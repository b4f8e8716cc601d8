//! Any query string is a request or a refusal.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    tradewind_server::fuzzing::query_string(text);
});
