//! The binary itself: exit statuses and what scripts read.
use std::process::{Command, Output};

fn tradewind(folder: &std::path::Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tradewind"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the binary")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn statuses_tell_success_failure_and_misuse_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let status = |args: &[&str]| tradewind(folder.path(), args).status.code();
    assert_eq!(status(&["schema"]), Some(0));
    assert_eq!(status(&["config", "--schema"]), Some(0));
    assert_eq!(status(&["serve"]), Some(2));
    assert_eq!(status(&["nonsense"]), Some(2));
    assert_eq!(status(&["import", "shopify"]), Some(2));
    assert_eq!(status(&["import", "shopify", "absent.csv"]), Some(2));
    assert_eq!(status(&["healthcheck", "--port", "1"]), Some(1));
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let folder = tempfile::tempdir().expect("a folder");
    let commands: [&[&str]; 12] = [
        &[],
        &["dev"],
        &["serve"],
        &["migrate"],
        &["schema"],
        &["import", "shopify"],
        &["export", "shopify"],
        &["seed"],
        &["staff", "create"],
        &["staff", "reset-password"],
        &["healthcheck"],
        &["config"],
    ];
    for command in commands {
        let help = tradewind(folder.path(), &[command, &["--help"]].concat());
        assert!(text(&help.stdout).contains("Example"), "{command:?}: {}", text(&help.stdout));
    }
}

#[test]
fn a_catalog_goes_in_and_out_of_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| tradewind(folder.path(), args);
    let migrated = run(&["migrate", "--json"]);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));
    assert_eq!(std::fs::read_to_string(folder.path().join(".tradewind/.gitignore")).expect("a file"), "*\n");
    let csv = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\nmug,Mug,Title,Default Title,MUG-1,9.50,active\n";
    std::fs::write(folder.path().join("products.csv"), csv).expect("a file");
    let imported = run(&["import", "shopify", "products.csv", "--json"]);
    let report: serde_json::Value =
        serde_json::from_str(text(&imported.stdout).lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!((imported.status.code(), &report["products_created"]), (Some(0), &1.into()), "{report}");
    assert!(run(&["export", "shopify", "--output", "out.csv"]).status.success());
    assert!(std::fs::read_to_string(folder.path().join("out.csv")).expect("a file").contains("MUG-1"));
    let again = run(&["import", "shopify", "out.csv", "--json"]);
    let report: serde_json::Value =
        serde_json::from_str(text(&again.stdout).lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!(report["products_unchanged"], 1, "{report}");
    assert_eq!(run(&["seed", "--products", "0"]).status.code(), Some(2));
}

#[test]
fn a_port_that_is_taken_names_a_free_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let output = tradewind(folder.path(), &["dev", "--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("is free: --port "), "{}", text(&output.stderr));
    assert!(!folder.path().join(".tradewind").exists(), "nothing was begun");
}

#[test]
fn a_first_owner_is_made_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| tradewind(folder.path(), args);
    assert!(run(&["migrate"]).status.success());
    let create = ["staff", "create", "--email", "ada@shop.example", "--name", "Ada", "--json"];
    let made = run(&create);
    let told: serde_json::Value =
        serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("{}", text(&made.stderr)));
    assert!(told["password"].as_str().expect("a password").len() > 40, "{told}");
    let again = run(&create);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("has this e-mail address already"), "{}", text(&again.stderr));
    assert_eq!(
        run(&["staff", "create", "--email", "b@shop.example", "--name", "B", "--role", "king"]).status.code(),
        Some(2)
    );
    let reset = run(&["staff", "reset-password", "--email", "ada@shop.example"]);
    assert!(text(&reset.stdout).contains("shown this once"), "{}", text(&reset.stderr));
    let nobody = run(&["staff", "reset-password", "--email", "eve@shop.example"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(text(&nobody.stderr).contains("tradewind staff create"), "{}", text(&nobody.stderr));
}
