//! The log and the traces.
use super::{Reader, Var, value};
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

static LOG: Var = Var::new(
    "TRADEWIND_LOG",
    "log.filter",
    "info",
    "what is logged: a level, or target=level pairs such as info,tradewind::access=debug",
);
static LOG_FORMAT: Var =
    Var::new("TRADEWIND_LOG_FORMAT", "log.format", "auto", "json, pretty, or auto (pretty on a terminal)");
static ACCESS_SAMPLE: Var = Var::new(
    "TRADEWIND_ACCESS_LOG_SAMPLE",
    "log.access_sample",
    "1",
    "share of successful requests that get an access line, 0 to 1; failures always get one",
);
static ENDPOINT: Var = Var::new(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "otlp.endpoint",
    "",
    "address of an OpenTelemetry collector (OTLP/HTTP), such as http://collector:4318; absent: no traces",
);
static HEADERS: Var = Var::new(
    "OTEL_EXPORTER_OTLP_HEADERS",
    "otlp.headers",
    "",
    "headers for the collector: name=value pairs with commas between",
)
.secret();
static SERVICE_NAME: Var =
    Var::new("OTEL_SERVICE_NAME", "otlp.service_name", "tradewind", "service.name of the traces");
static SAMPLE: Var = Var::new(
    "OTEL_TRACES_SAMPLER_ARG",
    "otlp.sample",
    "1",
    "share of new traces that are recorded, 0 to 1; a caller's traceparent decides for its own",
);

pub(super) const VARS: &[&Var] = &[&LOG, &LOG_FORMAT, &ACCESS_SAMPLE, &ENDPOINT, &HEADERS, &SERVICE_NAME, &SAMPLE];

/// How the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Pretty on a terminal, JSON otherwise.
    Auto,
    /// One JSON object per line.
    Json,
    /// For people.
    Pretty,
}

/// The log.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// `tracing` directives.
    pub filter: String,
    /// How it looks.
    pub format: LogFormat,
    /// Share of successful requests with an access line.
    pub access_sample: f64,
}

impl LogConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let filter = reader.read(&LOG, filter);
        let format = reader.read(&LOG_FORMAT, format);
        let access_sample = reader.read(&ACCESS_SAMPLE, value::share);
        Some(Self { filter: filter?, format: format?, access_sample: access_sample? })
    }
}

fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::builder().parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => {
            Err("write a level (error, warn, info, debug, trace) or target=level pairs with commas between".to_owned())
        }
    }
}

fn format(text: &str) -> Result<LogFormat, String> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "json" => Ok(LogFormat::Json),
        "pretty" => Ok(LogFormat::Pretty),
        _ => Err("write json, pretty or auto".to_owned()),
    }
}

/// Where traces go.
#[derive(Clone, Debug)]
pub struct OtlpConfig {
    /// The collector, without `/v1/traces`.
    pub endpoint: String,
    /// Headers for it, such as an API key.
    pub headers: Vec<(String, SecretString)>,
    /// `service.name`.
    pub service_name: String,
    /// Share of new traces that are recorded.
    pub sample: f64,
}

impl OtlpConfig {
    #[allow(clippy::option_option)] // wrong, absent, present
    pub(super) fn read(reader: &mut Reader) -> Option<Option<Self>> {
        let endpoint = reader.read_optional(&ENDPOINT, collector);
        let headers = reader.read(&HEADERS, headers);
        let service_name = reader.read(&SERVICE_NAME, |text| Ok(text.to_owned()));
        let sample = reader.read(&SAMPLE, value::share);
        let (endpoint, headers, service_name, sample) = (endpoint?, headers?, service_name?, sample?);
        Some(endpoint.map(|endpoint| Self { endpoint, headers, service_name, sample }))
    }
}

fn collector(text: &str) -> Result<String, String> {
    let url = value::http_url(text)?;
    if url.starts_with("https:") {
        // The exporter is built without TLS: a TLS library for one outgoing link would cost minutes of build time.
        return Err("https is not supported: send to a collector on the same host or network over http".to_owned());
    }
    Ok(url)
}

fn headers(text: &str) -> Result<Vec<(String, SecretString)>, String> {
    let pair = |pair: String| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), SecretString::from(value.trim())))
    };
    let pairs: Option<Vec<_>> = value::list(text).into_iter().map(pair).collect();
    pairs.ok_or_else(|| "write name=value pairs with commas between".to_owned())
}
