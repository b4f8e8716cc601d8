//! Where values come from: a TOML file, the environment, flags.
use super::{Problem, Var};
use std::{collections::BTreeMap, path::Path};

/// Names the TOML file.
pub const CONFIG_FILE: Var = Var::new("TRADEWIND_CONFIG", "", "", "path of a TOML file with settings; --config wins");

pub(super) const VARS: &[&Var] = &[&CONFIG_FILE];

/// A value from the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Which setting it sets.
    pub var: &'static str,
    /// How the user wrote it, such as `--port`.
    pub flag: &'static str,
    /// Its value.
    pub value: String,
}

/// Everything that was given; later fields win.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The TOML file's name, for messages.
    pub file_name: Option<String>,
    /// Settings of the file by key, such as `http.port`.
    pub file: BTreeMap<String, String>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The command line.
    pub flags: Vec<Flag>,
    /// What could not even be read.
    pub problems: Vec<Problem>,
}

impl Sources {
    /// The environment of this process and the file that `--config` or `TRADEWIND_CONFIG` names.
    pub fn from_process(config_file: Option<&Path>, flags: Vec<Flag>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { environment, flags, ..Self::default() }.with_file(config_file)
    }

    /// Reads the file that the argument or, without one, the environment names.
    #[must_use]
    pub fn with_file(mut self, config_file: Option<&Path>) -> Self {
        let named = self.environment.get(CONFIG_FILE.name).filter(|path| !path.is_empty());
        let Some(path) = config_file.map(Path::to_owned).or_else(|| named.map(Into::into)) else { return self };
        let name = path.display().to_string();
        match std::fs::read_to_string(&path) {
            Ok(text) => self = self.with_toml(&name, &text),
            Err(error) => self.problems.push(Problem {
                name: CONFIG_FILE.name.to_owned(),
                value: Some(name),
                origin: None,
                message: format!("the file cannot be read ({error}): name one that exists, or leave --config out"),
            }),
        }
        self
    }

    /// Adds the settings of a TOML text.
    #[must_use]
    pub fn with_toml(mut self, name: &str, text: &str) -> Self {
        self.file_name = Some(name.to_owned());
        match text.parse::<toml::Table>() {
            Ok(table) => flatten("", &table, &mut self.file),
            Err(error) => self.problems.push(Problem {
                name: name.to_owned(),
                value: None,
                origin: None,
                // The library quotes the line, which may hold a secret: only its place and reason are repeated.
                message: format!("is not TOML{}: {}", line_of(text, error.span()), error.message()),
            }),
        }
        self
    }
}

fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let before = span.and_then(|span| text.get(..span.start));
    before.map(|before| format!(" at line {}", before.matches('\n').count() + 1)).unwrap_or_default()
}

/// `[http] port = 1` becomes `http.port = "1"`; a list becomes its items with commas between.
fn flatten(prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(table) => flatten(&key, table, into),
            toml::Value::Array(items) => {
                let items: Vec<_> = items.iter().map(text_of).collect();
                into.insert(key, items.join(","));
            }
            value => {
                into.insert(key, text_of(value));
            }
        }
    }
}

fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(switch) => switch.to_string(),
        toml::Value::Datetime(time) => time.to_string(),
        // A list in a list, or a table in one: no setting is like that, and its reader says so.
        toml::Value::Array(_) | toml::Value::Table(_) => "a nested list".to_owned(),
    }
}
