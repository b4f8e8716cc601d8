//! `schema.graphql` is what the code serves.
use std::fs;
use tradewind_testkit::manifest_dir;

/// Writes the file when it differs, and fails once: review the change like code and commit it.
#[test]
fn schema_graphql_is_up_to_date() {
    let path = manifest_dir().join("../../schema.graphql");
    let (served, committed) = (tradewind_graphql::sdl(), fs::read_to_string(&path).unwrap_or_default());
    if served != committed {
        fs::write(&path, &served).unwrap();
        panic!("schema.graphql was not what the code serves; it has been rewritten: review and commit it");
    }
}
