//! The configuration: one file per area, each names its variables.
//!
//! Sources, later ones win: defaults, the TOML file, the environment, flags. The parser takes maps, so only
//! [`Sources::from_process`] touches the environment.
mod cache;
mod database;
mod documents;
mod graphql;
mod http;
mod metrics;
mod origins;
mod payments;
mod problem;
mod reader;
mod runtime;
mod shop;
mod source;
mod stream;
mod telemetry;
mod value;
mod var;

pub use cache::CacheConfig;
pub use database::{DATABASE_URL, DatabaseConfig};
pub use documents::{DocumentsConfig, DocumentsMode};
pub use graphql::GraphqlConfig;
pub(crate) use http::LARGEST_HEAD;
pub use http::{ADDRESS, HttpConfig, PORT};
pub use metrics::MetricsConfig;
pub use origins::Origins;
pub use payments::{PaymentsConfig, StripeSettings};
pub use problem::{ConfigError, Problem};
pub use reader::{Reader, Setting};
pub use runtime::RuntimeConfig;
pub use shop::{MailRoute, SameSite, ShopConfig};
pub use source::{CONFIG_FILE, Flag, Sources};
pub use stream::StreamConfig;
pub use telemetry::{LogConfig, LogFormat, OtlpConfig};
pub use var::{Profile, Var};

/// Everything the server is told from outside.
#[derive(Clone, Debug)]
pub struct Config {
    /// For whom: one developer, or production.
    pub profile: Profile,
    /// Listener, limits, shutdown.
    pub http: HttpConfig,
    /// The pool.
    pub database: DatabaseConfig,
    /// Limits of a query.
    pub graphql: GraphqlConfig,
    /// What is kept, and where.
    pub cache: CacheConfig,
    /// Documents that clients name instead of sending them.
    pub documents: DocumentsConfig,
    /// The shop itself.
    pub shop: ShopConfig,
    /// How checkouts are paid.
    pub payments: PaymentsConfig,
    /// WebSockets and event streams.
    pub stream: StreamConfig,
    /// The log.
    pub log: LogConfig,
    /// Traces, when a collector is named.
    pub otlp: Option<OtlpConfig>,
    /// The metrics listener.
    pub metrics: MetricsConfig,
    /// Threads.
    pub runtime: RuntimeConfig,
    /// What was read and from where, for `tradewind config`.
    pub settings: Vec<Setting>,
}

impl Config {
    /// Reads all of it, or says all that is wrong.
    pub fn read(profile: Profile, sources: &Sources) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(profile, sources);
        let http = HttpConfig::read(&mut reader);
        let database = DatabaseConfig::read(&mut reader);
        let graphql = GraphqlConfig::read(&mut reader);
        let cache = CacheConfig::read(&mut reader);
        let documents = DocumentsConfig::read(&mut reader);
        let data = database.as_ref().and_then(|database| database.data.clone());
        let shop = ShopConfig::read(&mut reader).map(|shop| shop.beside(data));
        let payments = PaymentsConfig::read(&mut reader);
        let stream = StreamConfig::read(&mut reader);
        let log = LogConfig::read(&mut reader);
        let otlp = OtlpConfig::read(&mut reader);
        let metrics = MetricsConfig::read(&mut reader);
        let runtime = RuntimeConfig::read(&mut reader);
        let (settings, problems) = reader.finish();
        let read = || {
            Some(Self {
                profile,
                http: http?,
                database: database?,
                graphql: graphql?,
                cache: cache?,
                documents: documents?,
                shop: shop?,
                payments: payments?,
                stream: stream?,
                log: log?,
                otlp: otlp?,
                metrics: metrics?,
                runtime: runtime?,
                settings,
            })
        };
        match read() {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError { problems }),
        }
    }
}

/// Every variable, in the order of the documentation.
pub fn vars() -> impl Iterator<Item = &'static Var> {
    let areas = [
        database::VARS,
        http::VARS,
        graphql::VARS,
        cache::VARS,
        documents::VARS,
        shop::VARS,
        payments::VARS,
        stream::VARS,
        telemetry::VARS,
        metrics::VARS,
        runtime::VARS,
        source::VARS,
    ];
    areas.into_iter().flatten().copied()
}
