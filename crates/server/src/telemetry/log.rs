//! The log: JSON for machines, lines for people.
use super::{
    json::JsonLine,
    writer::{self, LogGuard, LogWriter},
};
use crate::config::{Config, LogFormat};
use std::io::{self, IsTerminal};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// The exporter's own messages would be exported again.
const NEVER: &str = "opentelemetry=off,opentelemetry_sdk=off,opentelemetry-otlp=off,hyper=warn,reqwest=warn,h2=warn,sea_orm_migration=warn";

/// The log of the process.
pub(super) struct Log {
    /// Where its lines go, if they are JSON.
    pub(super) json: Option<LogWriter>,
    _guard: LogGuard,
}

/// Installs the log of the process; `None` when there is one already.
pub(super) fn start(config: &Config) -> io::Result<Option<Log>> {
    let pretty = match config.log.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Pretty => true,
    };
    let (writer, guard) = writer::start(io::stderr())?;
    let filter = EnvFilter::new(format!("{NEVER},{}", config.log.filter));
    let installed = if pretty {
        let layer = fmt::layer().compact().with_target(false).with_ansi(true).with_writer(writer.clone());
        tracing_subscriber::registry().with(filter).with(layer).try_init()
    } else {
        let layer = fmt::layer().event_format(JsonLine).with_writer(writer.clone());
        tracing_subscriber::registry().with(filter).with(layer).try_init()
    };
    if installed.is_err() {
        return Ok(None);
    }
    log_panics();
    Ok(Some(Log { json: (!pretty).then_some(writer), _guard: guard }))
}

/// A panic is one log line, with its place, instead of a text in between.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str();
        tracing::error!(place, message, "panic");
    }));
}
