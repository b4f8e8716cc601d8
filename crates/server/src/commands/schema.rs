//! `tradewind schema`.
use super::CommandError;
use std::{
    io::{self, Write},
    process::ExitCode,
};

pub(super) fn run() -> Result<ExitCode, CommandError> {
    let printed = io::stdout().lock().write_all(tradewind_graphql::sdl().as_bytes());
    printed.map_err(|error| CommandError::failed(format!("the schema cannot be printed: {error}")))?;
    Ok(ExitCode::SUCCESS)
}
