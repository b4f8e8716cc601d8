//! A variable: how it is called in the environment and in the file, and what it is when nobody sets it.

/// For whom the server runs; defaults differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// `tradewind dev`: one developer on this machine.
    Dev,
    /// `tradewind serve`: strangers from a network.
    Serve,
}

/// One setting.
#[derive(Debug)]
pub struct Var {
    /// In the environment, such as `TRADEWIND_PORT`.
    pub name: &'static str,
    /// In the TOML file, such as `http.port`.
    pub key: &'static str,
    /// What it does, in one sentence, with its unit.
    pub help: &'static str,
    /// Never shown.
    pub secret: bool,
    serve: &'static str,
    dev: &'static str,
}

impl Var {
    /// A variable with one default; an empty default means absent.
    pub const fn new(name: &'static str, key: &'static str, default: &'static str, help: &'static str) -> Self {
        Self { name, key, help, secret: false, serve: default, dev: default }
    }

    /// Another default for `tradewind dev`.
    pub const fn dev(self, default: &'static str) -> Self {
        Self { dev: default, ..self }
    }

    /// Hides the value wherever settings are shown.
    pub const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// The value when no source names one.
    pub const fn default(&self, profile: Profile) -> &'static str {
        match profile {
            Profile::Dev => self.dev,
            Profile::Serve => self.serve,
        }
    }
}
