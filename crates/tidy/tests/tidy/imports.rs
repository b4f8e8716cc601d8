//! Who may import whom. What only tests use (`dev-dependencies`) is free, and so are `bench`, `fuzz` and `rig`,
//! which are no part of the product.
use crate::tree::{none, sources};
use std::collections::BTreeMap;
use toml::Table;

/// A crate of ours, and those of ours that it may import. See ARCHITECTURE.md.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("tradewind-domain", &[]),
    ("tradewind-loader", &[]),
    ("tradewind-resilience", &[]),
    ("tradewind-kv", &["tradewind-resilience"]),
    ("tradewind-cache", &["tradewind-kv", "tradewind-resilience"]),
    ("tradewind-migrations", &[]),
    ("tradewind-persistence", &["tradewind-domain", "tradewind-migrations", "tradewind-resilience"]),
    ("tradewind-commerce", &["tradewind-domain", "tradewind-persistence", "tradewind-kv", "tradewind-resilience"]),
    (
        "tradewind-graphql",
        &["tradewind-domain", "tradewind-persistence", "tradewind-cache", "tradewind-loader", "tradewind-commerce"],
    ),
    (
        "tradewind-server",
        &[
            "tradewind-domain",
            "tradewind-migrations",
            "tradewind-persistence",
            "tradewind-cache",
            "tradewind-kv",
            "tradewind-resilience",
            "tradewind-loader",
            "tradewind-commerce",
            "tradewind-graphql",
        ],
    ),
    ("tradewind-testkit", &["tradewind-migrations"]),
    ("tradewind-tidy", &[]),
];

/// The crates of others that stand behind one of ours.
const ONLY_IN: &[(&[&str], &[&str])] = &[
    (
        &["sea-orm", "sea-orm-migration", "sea-query", "sqlx", "rusqlite", "tokio-postgres"],
        &["tradewind-persistence", "tradewind-migrations", "tradewind-testkit"],
    ),
    (&["fred", "redis"], &["tradewind-kv"]),
    (&["argon2", "lettre", "askama"], &["tradewind-commerce"]),
    (&["aws-sdk-s3"], &["tradewind-storage"]),
    (&["axum", "hyper", "tower-http"], &["tradewind-server"]),
    (&["async-graphql"], &["tradewind-graphql", "tradewind-server"]),
];

/// Measure or fuzz the product, and are no part of it.
const OUTSIDE: [&str; 3] = ["tradewind-bench", "tradewind-fuzz", "tradewind-rig"];

/// What a crate's own code imports: the names of packages, not the names that the crate gives them.
fn imports() -> BTreeMap<String, Vec<String>> {
    let is_manifest = |path: &str| path.ends_with("/Cargo.toml") && !path.starts_with("web/");
    let manifests = sources().into_iter().filter(|source| is_manifest(&source.path));
    manifests
        .map(|manifest| {
            let table: Table = manifest.text.parse().unwrap_or_else(|error| panic!("{}: {error}", manifest.path));
            let name = table["package"]["name"].as_str().unwrap().to_owned();
            (name, dependencies(&table))
        })
        .filter(|(name, _)| !OUTSIDE.contains(&name.as_str()))
        .collect()
}

fn dependencies(manifest: &Table) -> Vec<String> {
    let per_target = manifest.get("target").and_then(|targets| targets.as_table()).into_iter().flatten();
    let tables = per_target.filter_map(|(_, target)| target.as_table()).chain([manifest]);
    tables
        .flat_map(|table| ["dependencies", "build-dependencies"].map(|kind| table.get(kind)))
        .filter_map(|dependencies| dependencies?.as_table())
        .flatten()
        .map(|(key, value)| value.get("package").and_then(|name| name.as_str()).unwrap_or(key).to_owned())
        .collect()
}

#[test]
fn our_crates_import_downwards_only() {
    let mut offenders = Vec::new();
    for (name, imports) in imports() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(known, _)| *known == name) else {
            offenders.push(format!("{name} has no line in MAY_IMPORT"));
            continue;
        };
        let ours = imports.iter().filter(|import| import.starts_with("tradewind-"));
        offenders.extend(ours.filter(|import| !allowed.contains(&import.as_str())).map(|i| format!("{name} -> {i}")));
    }
    none(
        &offenders,
        "a crate imports only what ARCHITECTURE.md lets it",
        "Move the code down, or pass what is needed as a value; a new rule stands in ARCHITECTURE.md and in MAY_IMPORT.",
    );
}

#[test]
fn foreign_crates_stay_behind_their_wall() {
    let mut offenders = Vec::new();
    for (name, imports) in imports() {
        for (foreign, homes) in ONLY_IN {
            let strays = imports.iter().filter(|import| foreign.contains(&import.as_str()));
            if !homes.contains(&name.as_str()) {
                offenders.extend(strays.map(|import| format!("{name} -> {import} (only in {})", homes.join(", "))));
            }
        }
    }
    none(&offenders, "SQL, Redis, S3, HTTP and GraphQL have one home each", "Call that crate instead.");
}

#[test]
fn dependencies_of_every_form_are_read() {
    let manifest: Table = r#"
        [dependencies]
        plain = "1"
        renamed = { package = "real", version = "1" }
        [build-dependencies]
        build.workspace = true
        [dev-dependencies]
        free = "1"
        [target.'cfg(unix)'.dependencies]
        unix = "1"
    "#
    .parse()
    .unwrap();
    let mut found = dependencies(&manifest);
    found.sort();
    assert_eq!(found, ["build", "plain", "real", "unix"]);
}
