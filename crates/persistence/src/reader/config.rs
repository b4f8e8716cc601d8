//! The address of the database as tokio-postgres takes it.
use crate::DbConfig;
use sea_orm::sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};
use std::time::Duration;
use tokio_postgres::config::{Config, SslMode};

/// What sqlx read from the address, the environment (`PGPASSWORD`, …) and `.pgpass`: one reading for both drivers.
pub(super) fn of(options: &PgConnectOptions, bounds: &DbConfig) -> Config {
    let mut config = Config::new();
    match options.get_socket() {
        Some(folder) => config.host_path(folder),
        None => match options.get_host().strip_prefix('/') {
            Some(_) => config.host_path(options.get_host()),
            None => config.host(options.get_host()),
        },
    };
    config
        .port(options.get_port())
        .user(options.get_username())
        .dbname(options.get_database().unwrap_or_else(|| options.get_username()))
        .connect_timeout(bounds.acquire_timeout)
        // A network that swallows packets is noticed within a minute.
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3)
        .tcp_user_timeout(Duration::from_secs(60))
        .ssl_mode(match options.get_ssl_mode() {
            PgSslMode::Disable => SslMode::Disable,
            PgSslMode::Allow | PgSslMode::Prefer => SslMode::Prefer,
            PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => SslMode::Require,
        });
    if let Some(password) = password(options) {
        config.password(password);
    }
    if let Some(name) = options.get_application_name() {
        config.application_name(name);
    }
    if let Some(options) = options.get_options() {
        config.options(options);
    }
    config
}

/// sqlx gives it away only as a part of the address.
fn password(options: &PgConnectOptions) -> Option<Vec<u8>> {
    let address = options.to_url_lossy();
    address.password().map(|password| percent_encoding::percent_decode_str(password).collect())
}
