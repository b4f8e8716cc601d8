//! Connections to PostgreSQL.
use crate::Failure;
use tokio_postgres::{Client, Config, NoTls, config::Host};

/// Connects. An address with a socket folder in `host=` means the socket only, as it does for libpq; the library would
/// try the host in front of it first.
pub(crate) async fn connect(url: &str) -> Result<Client, Failure> {
    let parsed: Config = url.parse().map_err(|error| format!("--database-url: {error}"))?;
    let socket = parsed.get_hosts().iter().find_map(|host| match host {
        Host::Unix(path) => Some(path.clone()),
        Host::Tcp(_) => None,
    });
    let config = match socket {
        None => parsed,
        Some(path) => at_socket(&parsed, &path),
    };
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        // The client's calls report the same error.
        let _ = connection.await;
    });
    // As the server: a floor that plans each call anew would be a low one.
    client.batch_execute("SET plan_cache_mode = force_generic_plan; SET random_page_cost = 1.1; SET jit = off").await?;
    Ok(client)
}

fn at_socket(parsed: &Config, path: &std::path::Path) -> Config {
    let mut config = Config::new();
    config.host_path(path);
    if let Some(user) = parsed.get_user() {
        config.user(user);
    }
    if let Some(password) = parsed.get_password() {
        config.password(password);
    }
    if let Some(name) = parsed.get_dbname() {
        config.dbname(name);
    }
    if let Some(port) = parsed.get_ports().last() {
        config.port(*port);
    }
    config
}
