//! `tradewind healthcheck`: for containers without a shell or curl.
use super::CommandError;
use crate::{
    cli::HealthcheckArgs,
    config::{PORT, Profile, Sources},
};
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn run(args: &HealthcheckArgs) -> Result<ExitCode, CommandError> {
    let port = args.port.map_or_else(|| configured(args), Ok)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let status = ask(address).map_err(|error| CommandError::failed(format!("no answer from {address}: {error}")))?;
    match status.as_str() {
        "200" => Ok(ExitCode::SUCCESS),
        status => Err(CommandError::failed(format!("the server at {address} is not ready: /readyz answers {status}"))),
    }
}

/// Only the port is needed: the rest of the settings may be absent where the check runs.
fn configured(args: &HealthcheckArgs) -> Result<u16, CommandError> {
    let sources = Sources::from_process(args.file.config.as_deref(), Vec::new());
    let given = sources.environment.get(PORT.name).or(sources.file.get(PORT.key));
    let text = given.map_or(PORT.default(Profile::Serve), |text| text.trim());
    text.parse().map_err(|_| CommandError::Usage(format!("{} = {text:?}: write a port from 1 to 65535", PORT.name)))
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    Ok(answer.split(' ').nth(1).unwrap_or("nothing that is HTTP").to_owned())
}
