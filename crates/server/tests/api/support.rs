//! A server in this process, on free ports, with a small catalog of its own.
use chrono::{DateTime, Utc};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::SocketAddr};
use tokio::{sync::oneshot, task::JoinHandle};
use tradewind_commerce::seed::{SeedOptions, run as seed};
use tradewind_persistence::Db;
use tradewind_server::{
    app::App,
    config::{Config, Profile, Sources},
    server::Server,
    telemetry::Telemetry,
};
use tradewind_testkit::TestDb;

#[allow(clippy::disallowed_methods)] // the test is the outside
fn clock() -> DateTime<Utc> {
    Utc::now()
}

/// Settings as the environment would have them.
pub(crate) fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A migrated database with three products; dropped with the value.
pub(crate) async fn shop() -> TestDb {
    filled(TestDb::sqlite().await).await
}

/// The same in a database of its own.
pub(crate) async fn filled(test_db: TestDb) -> TestDb {
    let db = Db::connect(&tradewind_persistence::DbConfig::new(test_db.url())).await.expect("a database");
    let options = SeedOptions { products: 3, seed: 1, now: clock() };
    seed(&db, &options, &mut |_| ()).await.expect("a catalog");
    db.close().await;
    test_db
}

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: SocketAddr,
    pub(crate) db: Db,
    pub(crate) client: Client,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
    pub(crate) data: TestDb,
}

impl TestServer {
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_at(settings, clock).await
    }

    /// With a time of day of its own.
    pub(crate) async fn start_at(settings: &[(&str, &str)], clock: fn() -> DateTime<Utc>) -> Self {
        let data = shop().await;
        let mut all = environment(&[
            ("DATABASE_URL", data.url()),
            ("TRADEWIND_ADDRESS", "127.0.0.1"),
            ("TRADEWIND_PORT", "0"),
            ("TRADEWIND_METRICS_ADDRESS", "127.0.0.1:0"),
            ("TRADEWIND_DRAIN_DELAY", "0"),
            // Tests count statements.
            ("TRADEWIND_WORKER", "false"),
            ("TRADEWIND_CACHE_SAMPLE", "0"),
        ]);
        all.extend(environment(settings));
        let sources = Sources { environment: all, ..Sources::default() };
        let config = Config::read(Profile::Serve, &sources).expect("a configuration");
        let telemetry = Telemetry::start(&config).expect("telemetry");
        let server = Server::bind(&config).await.expect("free ports");
        let (address, metrics) = (server.address().expect("bound"), server.metrics_address().expect("bound"));
        let app = App::build(config, clock).await.expect("an app");
        let db = app.db.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(async move {
            server.run(app, &telemetry, async move { _ = stopped.await }).await;
            telemetry.flush().await;
        });
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { address, metrics, db, client, stop: Some(stop), running, data }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.expect("an answer")
    }

    pub(crate) async fn post(&self, query: &str) -> Response {
        self.post_json(&json!({ "query": query })).await
    }

    pub(crate) async fn post_json(&self, body: &Value) -> Response {
        self.client.post(self.url("/graphql")).json(body).send().await.expect("an answer")
    }

    pub(crate) async fn scrape(&self) -> String {
        let response = self.client.get(format!("http://{}/metrics", self.metrics)).send().await.expect("an answer");
        response.text().await.expect("text")
    }

    /// Waits until the metrics have this text.
    pub(crate) async fn until(&self, text: &str) {
        while !self.scrape().await.contains(text) {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// Sends the stop signal.
    pub(crate) fn begin_stop(&mut self) {
        self.stop.take().expect("once").send(()).expect("running");
    }

    /// Waits until everything has ended.
    pub(crate) async fn ended(self) {
        self.running.await.expect("no panic");
    }

    pub(crate) async fn stop(mut self) {
        self.begin_stop();
        self.ended().await;
    }
}

/// The code of the first error.
pub(crate) fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code")
}
