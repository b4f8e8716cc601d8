//! What the process tells of itself: a log, and spans when a collector is named.
mod export;
mod json;
mod line;
mod log;
mod timestamp;
mod trace;
mod writer;

#[cfg(test)]
pub(crate) use json::tests::logged;
pub(crate) use line::Line;
pub(crate) use trace::Tracer;
pub(crate) use writer::LogWriter;

use crate::config::Config;
use opentelemetry_sdk::trace::SpanProcessor;
use std::sync::Arc;

/// Log and spans of the process. Keep it until the end: dropping it writes the last lines.
pub struct Telemetry {
    pub(crate) tracer: Option<Tracer>,
    log: Option<log::Log>,
}

/// Why telemetry does not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The exporter refuses its configuration.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT: the exporter does not start: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// No thread for it.
    #[error("the log does not start: {0}")]
    Log(#[from] std::io::Error),
}

impl Telemetry {
    /// Starts the log and, when configured, the exporter. Only the first log of a process counts.
    pub fn start(config: &Config) -> Result<Self, TelemetryError> {
        let log = log::start(config)?;
        let tracer = config.otlp.as_ref().map(Tracer::start).transpose()?;
        Ok(Self { tracer, log })
    }

    /// Where whole lines of JSON go; `None`: the log is another one.
    pub(crate) fn json(&self) -> Option<LogWriter> {
        self.log.as_ref()?.json.clone()
    }

    /// Sends what is left. Blocks until the collector answered or five seconds passed.
    pub async fn flush(self) {
        let Some(tracer) = self.tracer else { return };
        let processor = Arc::clone(&tracer.processor);
        // The exporter blocks its thread: never on one that serves.
        let sent =
            tokio::task::spawn_blocking(move || processor.shutdown_with_timeout(std::time::Duration::from_secs(5)))
                .await;
        if let Ok(Err(error)) = sent {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}
