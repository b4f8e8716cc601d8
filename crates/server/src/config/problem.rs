//! What is wrong with the configuration, all of it at once.
use std::fmt;

/// One thing that must be changed before the server starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable or key as it was written.
    pub name: String,
    /// Its value, unless it is secret or absent.
    pub value: Option<String>,
    /// Where it was read.
    pub origin: Option<String>,
    /// What is wrong and the way out.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(value) = &self.value {
            write!(f, " = {value:?}")?;
        }
        if let Some(origin) = &self.origin {
            write!(f, " ({origin})")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Every problem that was found.
#[derive(Clone, Debug, thiserror::Error)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => f.write_str("the configuration has 1 problem:")?,
            n => write!(f, "the configuration has {n} problems:")?,
        }
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        f.write_str("\n`tradewind config --schema` lists every variable")
    }
}
