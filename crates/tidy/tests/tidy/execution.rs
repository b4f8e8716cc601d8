//! Objects that async-graphql would resolve its own way are slower, and null where one of their fields should be.
use crate::tree::{none, sources};

const OURS: &str = "crate = \"crate::execution\"";

#[test]
fn objects_resolve_our_way() {
    let all = sources();
    let schema =
        all.iter().filter(|source| source.path.starts_with("crates/graphql/src/") && source.extension() == Some("rs"));
    let mut objects = 0;
    let mut offenders = Vec::new();
    for source in schema {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for (number, line) in lines.iter().enumerate() {
            let is_object =
                line.starts_with("#[Object") || line.starts_with("#[derive(") && line.contains("SimpleObject");
            if !is_object {
                continue;
            }
            objects += 1;
            // A derived object says it in the attribute behind.
            if !lines[number..].iter().take(3).any(|line| line.contains(OURS)) {
                offenders.push(format!("{}:{}", source.path, number + 1));
            }
        }
    }
    assert!(objects > 20, "the schema's objects are not where this test looks: {objects}");
    let way_out = format!("Write #[Object({OURS})], or #[graphql({OURS})] below the derive.");
    none(&offenders, "an object of the schema resolves through crate::execution", &way_out);
}
