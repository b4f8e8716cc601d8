use crate::support::environment;
use tradewind_server::config::{Config, Flag, Profile, Sources, vars};
use tradewind_testkit::manifest_dir;

fn problems(sources: &Sources) -> Vec<String> {
    let error = Config::read(Profile::Serve, sources).expect_err("wrong");
    error.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn all_that_is_wrong_is_listed_with_a_way_out() {
    let sources = Sources {
        environment: environment(&[
            ("TRADEWIND_PORT", "80000"),
            ("TRADEWIND_ADDRESS", "localhost"),
            ("TRADEWIND_BODY_LIMIT", "10"),
            ("TRADEWIND_EXECUTION_TIMEOUT", "ten"),
            ("TRADEWIND_CORS_ORIGINS", "shop.example"),
            ("TRADEWIND_LOG_FORMAT", "xml"),
            ("TRADEWIND_DRAIN_DELLAY", "1s"),
            ("TRADEWIND_COMPRESSION", "maybe"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
            ("TOKIO_WORKER_THREADS", "0"),
            ("TRADEWIND_FOO", "1"),
            ("PATH", "/bin"),
        ]),
        ..Sources::default()
    };
    let problems = problems(&sources);
    let expected = [
        "TRADEWIND_DRAIN_DELLAY (environment): is no setting of this version: did you mean TRADEWIND_DRAIN_DELAY?",
        "TRADEWIND_FOO (environment): is no setting of this version: remove it",
        "DATABASE_URL: is not set: name the database",
        "TRADEWIND_PORT = \"80000\" (environment): write a whole number from 0 to 65535",
        "TRADEWIND_ADDRESS = \"localhost\" (environment): write an IP address",
        "TRADEWIND_BODY_LIMIT = \"10\" (environment): write a size from",
        "TRADEWIND_EXECUTION_TIMEOUT = \"ten\" (environment): write a time",
        "TRADEWIND_CORS_ORIGINS = \"shop.example\" (environment): \"shop.example\" is no origin",
        "TRADEWIND_LOG_FORMAT = \"xml\" (environment): write json, pretty or auto",
        "TRADEWIND_COMPRESSION = \"maybe\" (environment): write true or false",
        "OTEL_EXPORTER_OTLP_ENDPOINT = \"collector:4318\" (environment): write an address",
        "TOKIO_WORKER_THREADS = \"0\" (environment): write a whole number from 1",
    ];
    for text in expected {
        assert!(problems.iter().any(|problem| problem.starts_with(text)), "{text} is missing in {problems:#?}");
    }
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
}

#[test]
fn what_must_not_be_combined_is_refused() {
    let of = |pairs: &[(&str, &str)]| {
        let mut environment = environment(pairs);
        environment.insert("DATABASE_URL".to_owned(), "sqlite:x".to_owned());
        problems(&Sources { environment, ..Sources::default() })
    };
    let found = of(&[
        ("TRADEWIND_CORS_ORIGINS", "*"),
        ("TRADEWIND_CORS_CREDENTIALS", "true"),
        ("TRADEWIND_DOCUMENTS_MODE", "require"),
    ]);
    let expected = ["instead of *", "TRADEWIND_CSRF_PREVENTION=true", "TRADEWIND_TRUSTED_DOCUMENTS"];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (problem, text) in found.iter().zip(expected) {
        assert!(problem.contains(text), "{problem}");
    }
}

#[test]
fn a_secret_is_never_shown() {
    let wrong =
        Sources { environment: environment(&[("DATABASE_URL", "mysql://u:hunter2@h/d")]), ..Sources::default() };
    let problems = problems(&wrong);
    assert!(problems[0].starts_with("DATABASE_URL (environment): must start with"), "{problems:#?}");
    let right = Sources {
        environment: environment(&[
            ("DATABASE_URL", "postgres://u:hunter2@h/d"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=hunter2"),
        ]),
        ..Sources::default()
    };
    let config = Config::read(Profile::Serve, &right).expect("right");
    for text in [format!("{problems:?}"), format!("{config:?}"), format!("{:?}", config.settings)] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn later_sources_win() {
    let toml = "[http]\nport = 1\naddress = \"10.0.0.1\"\ncors_origins = [\"https://a.example\", \"https://b.example\"]\n[database]\nurl = \"sqlite:x\"\nmax_connections = 3\n";
    let sources = Sources {
        environment: environment(&[("TRADEWIND_PORT", "2"), ("TRADEWIND_DB_MAX_CONNECTIONS", "")]),
        flags: vec![Flag { var: "TRADEWIND_ADDRESS", flag: "--address", value: "10.0.0.2".to_owned() }],
        ..Sources::default()
    }
    .with_toml("tradewind.toml", toml);
    let config = Config::read(Profile::Serve, &sources).expect("right");
    assert_eq!((config.http.socket().to_string().as_str(), config.database.max_connections), ("10.0.0.2:2", 3));
    assert!(config.http.cors.allow("https://b.example"));
    let origin =
        |name: &str| config.settings.iter().find(|setting| setting.var.name == name).expect("known").origin.clone();
    assert_eq!(
        [origin("TRADEWIND_ADDRESS"), origin("TRADEWIND_PORT"), origin("DATABASE_URL"), origin("TRADEWIND_LOG")],
        ["--address", "environment", "tradewind.toml, database.url", "default"]
    );
}

#[test]
fn a_file_with_mistakes_is_reported() {
    let unknown = Sources::default().with_toml("t.toml", "[http]\nprot = 1\n[database]\nurl = \"sqlite:x\"");
    assert_eq!(
        problems(&unknown),
        ["http.prot (t.toml): is no setting of this version: did you mean http.port? Otherwise remove it"]
    );
    let broken = Sources::default().with_toml("t.toml", "[database]\nurl = \"postgres://u:hunter2");
    let problems = problems(&broken);
    assert!(
        problems[0].starts_with("t.toml: is not TOML at line 2") && !problems[0].contains("hunter2"),
        "{problems:#?}"
    );
    let absent = Sources::default().with_file(Some(std::path::Path::new("/nowhere/t.toml")));
    assert!(absent.problems[0].to_string().contains("/nowhere/t.toml"));
}

#[test]
fn every_variable_is_documented() {
    let docs = std::fs::read_to_string(manifest_dir().join("../../docs/configuration.md")).expect("docs");
    for var in vars() {
        assert!(docs.contains(&format!("`{}`", var.name)), "docs/configuration.md does not name {}", var.name);
        assert!(docs.contains(var.help), "docs/configuration.md explains {} differently", var.name);
    }
}
