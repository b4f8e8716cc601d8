//! The binary itself: what it logs, and how it ends.
use crate::support::shop;
use serde_json::{Value, json};
use std::{io::BufRead, process::Stdio};

/// Starts `serve` and returns it with its log and its address.
fn serve(url: &str) -> (std::process::Child, std::io::Lines<std::io::BufReader<std::process::ChildStderr>>, String) {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tradewind"))
        .args(["serve", "--port", "0", "--address", "127.0.0.1"])
        .env_clear()
        .envs([("DATABASE_URL", url), ("TRADEWIND_METRICS_ADDRESS", "off"), ("TRADEWIND_DRAIN_DELAY", "0")])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut lines = std::io::BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let address = loop {
        let line: Value = serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON");
        if line["message"] == "serving" {
            break line["address"].as_str().expect("an address").to_owned();
        }
    };
    (child, lines, address)
}

#[tokio::test]
async fn an_access_line_has_ids_and_figures_but_nothing_of_the_client() {
    let data = shop().await;
    let (child, lines, address) = serve(data.url());
    let secrets = ["tok-12345", "session-67890", "jane@customer.example", "topsecretvalue"];
    let [token, cookie, email, value] = secrets;
    let client = reqwest::Client::new();
    let send = |query: &'static str, variables: Value| {
        let request = client.post(format!("http://{address}/graphql?email={email}"));
        let request = request.header("cookie", format!("{cookie}; __Host-tradewind_session={token}"));
        let request = request.header("x-request-id", "req-1").header("tradewind-channel", "");
        request.json(&json!({ "query": query, "variables": variables })).send()
    };
    send("query Find($q: String!) { predictiveSearch(query: $q) { __typename } }", json!({ "q": value }))
        .await
        .expect("an answer");
    send("query Wrong($q: String!, $e: ID!) { node(id: $e) { id } x(q: $q) }", json!({ "q": value, "e": email }))
        .await
        .expect("an answer");
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{}", output.status);
    let log: Vec<String> = lines.map(|line| line.expect("text")).collect();
    for secret in secrets {
        assert!(!log.iter().any(|line| line.contains(secret)), "{secret} in {log:#?}");
    }
    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let access: Vec<_> = lines.iter().filter(|line| line["target"] == "tradewind::access").collect();
    assert_eq!(access.len(), 2, "{log:#?}");
    for line in &access {
        assert_eq!(
            (&line["request_id"], &line["route"], &line["method"]),
            (&json!("req-1"), &json!("/graphql"), &json!("POST"))
        );
        assert!(line["trace_id"].as_str().is_some_and(|id| id.len() == 32));
        assert!(line["duration_us"].is_u64() && line["status"].is_u64() && line["statements"].is_u64(), "{line}");
    }
    assert_eq!(access[0]["operation_name"], "Find");
    assert_eq!(access[1]["error_code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(lines.last().expect("a line")["message"], "stopped");
}
