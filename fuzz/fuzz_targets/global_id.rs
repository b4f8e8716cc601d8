//! A text is an id, and then the very one that would be made again, or it is refused.
#![no_main]
use libfuzzer_sys::fuzz_target;
use tradewind_domain::global_id::GlobalId;

fuzz_target!(|text: &str| {
    if let Ok(id) = GlobalId::decode(text) {
        assert_eq!(GlobalId::encode(id.kind, id.id), text);
    }
});
