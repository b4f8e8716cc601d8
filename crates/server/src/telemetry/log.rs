//! The log: JSON for machines, lines for people.
use crate::config::{Config, LogFormat};
use std::io::{BufWriter, IsTerminal};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// The exporter's own messages would be exported again.
const NEVER: &str = "opentelemetry=off,opentelemetry_sdk=off,opentelemetry-otlp=off,hyper=warn,reqwest=warn,h2=warn,sea_orm_migration=warn";

/// Bytes that are written at once under load; the writer's thread flushes whenever no line is pending.
const BATCH: usize = 64 << 10;

/// Installs the log of the process; `None` when there is one already.
pub(super) fn start(config: &Config) -> Option<WorkerGuard> {
    let pretty = match config.log.format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Pretty => true,
    };
    // A request must not wait for whoever reads the log: when 64,000 lines are pending, new ones are dropped.
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(64_000)
        .finish(BufWriter::with_capacity(BATCH, std::io::stderr()));
    let filter = EnvFilter::new(format!("{NEVER},{}", config.log.filter));
    let installed = if pretty {
        let layer = fmt::layer().compact().with_target(false).with_ansi(true).with_writer(writer);
        tracing_subscriber::registry().with(filter).with(layer).try_init()
    } else {
        let layer =
            fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false).with_writer(writer);
        tracing_subscriber::registry().with(filter).with(layer).try_init()
    };
    installed.ok()?;
    log_panics();
    Some(guard)
}

/// A panic is one log line, with its place, instead of a text in between.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str();
        tracing::error!(place, message, "panic");
    }));
}
