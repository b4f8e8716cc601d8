//! `tradewind config`.
use super::CommandError;
use crate::{
    cli::ConfigArgs,
    config::{Config, Profile, Setting, Sources, Var, vars},
};
use std::process::ExitCode;

pub(super) fn run(args: &ConfigArgs) -> Result<ExitCode, CommandError> {
    if args.schema {
        print_schema(args.json);
        return Ok(ExitCode::SUCCESS);
    }
    let profile = if args.dev { Profile::Dev } else { Profile::Serve };
    let config = Config::read(profile, &Sources::from_process(args.file.config.as_deref(), Vec::new()))?;
    print_settings(args.json, &config.settings);
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)]
fn print_settings(json: bool, settings: &[Setting]) {
    if json {
        let entry = |setting: &Setting| serde_json::json!({ "name": setting.var.name, "key": setting.var.key, "value": setting.value, "origin": setting.origin });
        println!("{}", serde_json::Value::Array(settings.iter().map(entry).collect()));
        return;
    }
    let rows: Vec<_> =
        settings.iter().map(|setting| [setting.var.name, or_dash(&setting.value), &setting.origin]).collect();
    print_table(["variable", "value", "set by"], &rows);
}

#[allow(clippy::print_stdout)]
fn print_schema(json: bool) {
    if json {
        let entry = |var: &Var| {
            serde_json::json!({
                "name": var.name, "key": var.key, "default": var.default(Profile::Serve), "dev": var.default(Profile::Dev),
                "secret": var.secret, "help": var.help,
            })
        };
        println!("{}", serde_json::Value::Array(vars().map(entry).collect()));
        return;
    }
    for var in vars() {
        let (serve, dev) = (var.default(Profile::Serve), var.default(Profile::Dev));
        let default = if serve == dev {
            or_dash(serve).to_owned()
        } else {
            format!("{} (dev: {})", or_dash(serve), or_dash(dev))
        };
        println!("{}\n    {}\n    key {}, default {default}", var.name, var.help, or_dash(var.key));
    }
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

#[allow(clippy::print_stdout)]
fn print_table<const N: usize>(head: [&str; N], rows: &[[&str; N]]) {
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in std::iter::once(&head).chain(rows) {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        println!("{}", cells.join("  ").trim_end());
    }
}
