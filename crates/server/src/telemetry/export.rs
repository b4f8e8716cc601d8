//! Sends spans to a collector: OTLP over HTTP, from the SDK's own thread.
use crate::config::OtlpConfig;
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchSpanProcessor, SpanProcessor},
};
use secrecy::ExposeSecret;

pub(super) fn processor(config: &OtlpConfig) -> Result<BatchSpanProcessor, ExporterBuildError> {
    let headers = config.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        // Given in code, the endpoint is the whole address.
        .with_endpoint(format!("{}/v1/traces", config.endpoint))
        .with_headers(headers.collect())
        .build()?;
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    processor.set_resource(&Resource::builder().with_service_name(config.service_name.clone()).build());
    Ok(processor)
}
