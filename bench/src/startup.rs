//! The time from the start of a command to its first answer.
use crate::{Failure, http_client::Endpoint, request::Request};
use clap::Args;
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

#[derive(Args)]
pub(crate) struct Options {
    /// http://127.0.0.1:8000/graphql
    #[arg(long)]
    url: String,
    /// Gives up after this many seconds.
    #[arg(long, default_value_t = 60)]
    patience: u64,
    /// The command with its arguments.
    #[arg(trailing_var_arg = true, required = true)]
    command: Vec<String>,
}

/// Ends the command when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints milliseconds.
#[allow(clippy::print_stdout)] // the command's answer
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let endpoint = Endpoint::parse(&options.url)?;
    let (program, arguments) = options.command.split_first().ok_or("no command")?;
    let began = Instant::now();
    let mut running =
        Running(Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    while !answers(&endpoint).await {
        if let Some(status) = running.0.try_wait()? {
            return Err(format!("`{program}` ended before it answered: {status}").into());
        }
        if began.elapsed() > Duration::from_secs(options.patience) {
            return Err(format!("no answer within {} s", options.patience).into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("{}", began.elapsed().as_millis());
    Ok(())
}

async fn answers(endpoint: &Endpoint) -> bool {
    let Ok(mut connection) = endpoint.connect().await else { return false };
    let body = serde_json::json!({ "query": "{ products(first: 1) { nodes { id title } } }" });
    let Ok(request) = Request::json(endpoint, &body) else { return false };
    matches!(connection.send(&request).await, Ok(answer) if answer.is_good(true) && has_a_product(&answer.body))
}

/// An empty shop would answer sooner.
fn has_a_product(body: &[u8]) -> bool {
    body.windows(8).any(|window| window == b"\"title\":")
}
