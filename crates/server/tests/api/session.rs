//! Sessions over HTTP: bearer tokens, cookies, idempotency keys; with mails that become files.
use crate::support::TestServer;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const REGISTER: &str =
    "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { accepted userErrors { message } } }";
const LOG_OUT: &str = "mutation { customerLogOut { wasLoggedIn } }";
const VERIFY: &str = "mutation($token: String!) { customerVerifyEmail(token: $token) { verified } }";
pub(crate) const LOG_IN: &str =
    "mutation($input: CustomerLogInInput!) { customerLogIn(input: $input) { session { token } userErrors { code } } }";
pub(crate) const ME: &str = "{ customer { email devices { lastSeenAt } } }";
const GRAPHQL: &str = "application/graphql-response+json";

pub(crate) async fn send(server: &TestServer, query: &str, variables: Value, headers: &[(&str, &str)]) -> Response {
    let request = server.client.post(server.url("/graphql")).header("accept", GRAPHQL);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.json(&json!({ "query": query, "variables": variables })).send().await.expect("an answer")
}

pub(crate) async fn body(response: Response) -> Value {
    response.json().await.expect("JSON")
}

/// The token of the mail that comes.
async fn token_of_mail(folder: &Path) -> String {
    for _ in 0..400 {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mails = files.filter(|file| file.path().extension().is_some_and(|end| end == "eml"));
        if let Some(mail) = mails.filter_map(|file| std::fs::read_to_string(file.path()).ok()).next() {
            let text = mail.replace("=\r\n", "").replace("=3D", "=");
            let (_, token) = text.split_once("#token=").expect("a link");
            return token
                .chars()
                .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
                .collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no mail came");
}

/// A server that mails into a folder, and somebody who may become its customer.
async fn with_customer_mails(settings: &[(&str, &str)]) -> (TestServer, tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let mail = format!("folder:{}", folder.path().display());
    let own = [("TRADEWIND_MAIL", mail.as_str()), ("TRADEWIND_WORKER", "true"), ("TRADEWIND_PASSWORD_MEMORY", "8MiB")];
    let server = TestServer::start(&[&own, settings].concat()).await;
    (server, folder, json!({ "email": "ada@example.com", "password": "correct horse battery" }))
}

async fn register(server: &TestServer, folder: &Path, input: &Value) {
    let registered = body(send(server, REGISTER, json!({ "input": input }), &[]).await).await;
    assert_eq!(registered["data"]["customerRegister"]["accepted"], true, "{registered}");
    let token = token_of_mail(folder).await;
    let verified = body(send(server, VERIFY, json!({ "token": token }), &[]).await).await;
    assert_eq!(verified["data"]["customerVerifyEmail"]["verified"], true, "{verified}");
}

/// A server with a customer, and what they log in with.
pub(crate) async fn with_customer(settings: &[(&str, &str)]) -> (TestServer, Value) {
    let (server, folder, input) = with_customer_mails(settings).await;
    register(&server, folder.path(), &input).await;
    (server, input)
}

/// The token of a new session.
pub(crate) async fn log_in(server: &TestServer, input: &Value) -> String {
    let logged_in = body(send(server, LOG_IN, json!({ "input": input }), &[]).await).await;
    logged_in["data"]["customerLogIn"]["session"]["token"].as_str().expect("a token").to_owned()
}

/// Ends the session of a token.
pub(crate) async fn log_out(server: &TestServer, token: &str) {
    let bearer = format!("Bearer {token}");
    let out = send(server, LOG_OUT, json!({}), &[("authorization", &bearer)]).await;
    assert_eq!(body(out).await["data"]["customerLogOut"]["wasLoggedIn"], true);
}

#[tokio::test]
async fn a_customer_registers_logs_in_and_out() {
    let (server, folder, input) = with_customer_mails(&[]).await;
    register(&server, folder.path(), &input).await;

    let logged_in = send(&server, LOG_IN, json!({ "input": input }), &[]).await;
    assert!(logged_in.headers().get("set-cookie").is_none());
    assert_eq!(logged_in.headers()["cache-control"], "no-store");
    let logged_in = body(logged_in).await;
    let token = logged_in["data"]["customerLogIn"]["session"]["token"].as_str().expect("a token").to_owned();
    let bearer = format!("Bearer {token}");
    let me = send(&server, ME, json!({}), &[("authorization", &bearer)]).await;
    let told = me.headers()["cache-control"].to_str().expect("text").to_owned();
    assert!(!told.contains("public"), "{told}");
    assert_eq!(body(me).await["data"]["customer"]["email"], "ada@example.com");
    // Nobody else is told.
    assert_eq!(body(send(&server, ME, json!({}), &[]).await).await["data"]["customer"], Value::Null);

    log_out(&server, &token).await;
    let refused = send(&server, ME, json!({}), &[("authorization", &bearer)]).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(body(refused).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let strange = send(&server, ME, json!({}), &[("authorization", "Basic YTpi")]).await;
    assert_eq!(strange.status(), StatusCode::UNAUTHORIZED);

    cookies(&server, &input).await;
    keys(&server, &input).await;
    server.stop().await;
}

async fn cookies(server: &TestServer, input: &Value) {
    let mut input = input.clone();
    input["transport"] = json!("COOKIE");
    let logged_in = send(server, LOG_IN, json!({ "input": input }), &[]).await;
    let cookie = logged_in.headers()["set-cookie"].to_str().expect("text").to_owned();
    for part in ["__Host-tradewind_session=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let answer = body(logged_in).await;
    assert_eq!(answer["data"]["customerLogIn"]["session"]["token"], Value::Null, "scripts do not see it");
    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let me = send(server, ME, json!({}), &[("cookie", &format!("a=b; {pair}"))]).await;
    assert_eq!(body(me).await["data"]["customer"]["email"], "ada@example.com");
    let out = send(server, LOG_OUT, json!({}), &[("cookie", &pair)]).await;
    let cleared = out.headers()["set-cookie"].to_str().expect("text");
    assert!(cleared.contains("__Host-tradewind_session=;") && cleared.contains("Max-Age=0"), "{cleared}");
    // A browser cannot leave it out: it is nobody's, not an error.
    let me = send(server, ME, json!({}), &[("cookie", &pair)]).await;
    assert_eq!(me.status(), StatusCode::OK);
    assert_eq!(body(me).await["data"]["customer"], Value::Null);
}

async fn keys(server: &TestServer, input: &Value) {
    let log_in = async |key: &str| send(server, LOG_IN, json!({ "input": input }), &[("idempotency-key", key)]).await;
    let wrong = log_in("ä").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let (first, again) = (log_in("5d8e2e0e-40a4-4b62-9bdb-0a1a").await, log_in("5d8e2e0e-40a4-4b62-9bdb-0a1a").await);
    assert!(first.headers().get("idempotent-replayed").is_none());
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(first.bytes().await.expect("bytes"), again.bytes().await.expect("bytes"));
}

const STAFF_LOG_IN: &str =
    "mutation($input: StaffLogInInput!) { staffLogIn(input: $input) { session { token } userErrors { code } } }";

/// As an operator does it, beside the server.
fn create_staff(database: &str, email: &str, password: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tradewind"))
        .args(["staff", "create", "--email", email, "--name", "Ada", "--password-stdin", "--database-url", database])
        // The tests' own settings are none of the binary's.
        .env_clear()
        .env("TRADEWIND_PASSWORD_MEMORY", "8MiB")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary");
    writeln!(child.stdin.take().expect("piped"), "{password}").expect("written");
    assert!(child.wait().expect("ended").success());
}

#[tokio::test]
async fn staff_log_in_over_http_and_their_answers_are_nobody_elses() {
    let server = TestServer::start(&[("TRADEWIND_PASSWORD_MEMORY", "8MiB")]).await;
    create_staff(server.data.url(), "ada@shop.example", "correct horse battery");
    let input = json!({ "email": "ada@shop.example", "password": "correct horse battery" });
    let logged_in = send(&server, STAFF_LOG_IN, json!({ "input": input }), &[]).await;
    assert!(logged_in.headers().get("set-cookie").is_none());
    assert_eq!(logged_in.headers()["cache-control"], "no-store");
    let logged_in = body(logged_in).await;
    let token = logged_in["data"]["staffLogIn"]["session"]["token"].as_str().expect("a token").to_owned();
    let bearer = format!("Bearer {token}");
    let me = send(&server, "{ staffMe { email } }", json!({}), &[("authorization", &bearer)]).await;
    assert_eq!(me.headers()["cache-control"], "no-store");
    assert_eq!(body(me).await["data"]["staffMe"]["email"], "ada@shop.example");
    let nobody = send(&server, "{ staffMe { email } }", json!({}), &[]).await;
    assert_eq!(body(nobody).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    // A cookie is for customers: nothing of staff can be asked by another site.
    let cookie = format!("tradewind_session={token}; __Host-tradewind_session={token}");
    let by_cookie = send(&server, "{ staffMe { email } }", json!({}), &[("cookie", &cookie)]).await;
    assert_eq!(body(by_cookie).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let bad = send(&server, "{ staffMe { email } }", json!({}), &[("authorization", "Bearer twk_nobody")]).await;
    assert_eq!(bad.status(), StatusCode::UNAUTHORIZED);
    server.stop().await;
}
