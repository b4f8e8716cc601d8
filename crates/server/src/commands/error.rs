//! Why a command ends early.
use crate::{app::AppError, config::ConfigError, server::BindError, telemetry::TelemetryError};
use tradewind_persistence::DbError;

/// A text for people and an exit status.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The settings are wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An argument is wrong.
    #[error("{0}")]
    Usage(String),
    /// A port cannot be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The parts do not fit.
    #[error(transparent)]
    App(#[from] AppError),
    /// Telemetry does not start.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The database failed.
    #[error("the database: {0}")]
    Database(#[from] DbError),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl CommandError {
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// 2 when the user has to call it differently, else 1.
    pub fn status(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Usage(_) | Self::App(AppError::Trusted(_)) => 2,
            _ => 1,
        }
    }
}
