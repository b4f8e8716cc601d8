//! Reads values and collects what is wrong instead of stopping at the first.
use super::{Problem, Profile, Sources, Var, vars};
use std::collections::HashMap;

/// One value as it took effect.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The variable.
    pub var: &'static Var,
    /// Its text; empty means absent. Secrets are replaced by `(hidden)`.
    pub value: String,
    /// Where it was set.
    pub origin: String,
}

struct Given {
    text: String,
    origin: String,
}

/// The layers, merged.
pub struct Reader {
    profile: Profile,
    given: HashMap<&'static str, Given>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Merges the sources and reports names that nobody knows.
    pub fn new(profile: Profile, sources: &Sources) -> Self {
        let mut reader = Self { profile, given: HashMap::new(), problems: sources.problems.clone() };
        reader.merge_file(sources);
        reader.merge_environment(sources);
        for flag in &sources.flags {
            if let Some(var) = vars().find(|var| var.name == flag.var) {
                reader.put(var, &flag.value, flag.flag.to_owned());
            }
        }
        reader
    }

    /// For whom the configuration is.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    fn merge_file(&mut self, sources: &Sources) {
        let file = sources.file_name.as_deref().unwrap_or("file");
        for (key, value) in &sources.file {
            if let Some(var) = vars().find(|var| !var.key.is_empty() && var.key == key) {
                self.put(var, value, format!("{file}, {key}"));
            } else {
                let known = vars().map(|var| var.key).filter(|key| !key.is_empty());
                self.unknown(key, Some(file.to_owned()), nearest(key, known));
            }
        }
    }

    fn merge_environment(&mut self, sources: &Sources) {
        for (name, value) in &sources.environment {
            if let Some(var) = vars().find(|var| var.name == name) {
                self.put(var, value, "environment".to_owned());
            } else if name.starts_with("TRADEWIND_") {
                let known = vars().map(|var| var.name);
                self.unknown(name, Some("environment".to_owned()), nearest(name, known));
            }
        }
    }

    fn put(&mut self, var: &'static Var, text: &str, origin: String) {
        // An empty variable is how shells and manifests say "not set".
        if !text.trim().is_empty() {
            self.given.insert(var.name, Given { text: text.trim().to_owned(), origin });
        }
    }

    fn unknown(&mut self, name: &str, origin: Option<String>, near: Option<&'static str>) {
        let message = match near {
            Some(near) => format!("is no setting of this version: did you mean {near}? Otherwise remove it"),
            None => "is no setting of this version: remove it".to_owned(),
        };
        self.problems.push(Problem { name: name.to_owned(), value: None, origin, message });
    }

    fn text(&self, var: &'static Var) -> &str {
        self.given.get(var.name).map_or(var.default(self.profile), |given| given.text.as_str())
    }

    /// Whether any source set it.
    pub fn is_given(&self, var: &'static Var) -> bool {
        self.given.contains_key(var.name)
    }

    /// Reads a value that always exists (the default is never empty); `None` when it is wrong, which is then noted.
    pub fn read<T>(&mut self, var: &'static Var, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(self.text(var)) {
            Ok(value) => Some(value),
            Err(message) => {
                self.problem(var, message);
                None
            }
        }
    }

    /// Reads a value that may be absent: `Some(None)` when it is.
    pub fn read_optional<T>(
        &mut self,
        var: &'static Var,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        if self.text(var).is_empty() { Some(None) } else { self.read(var, parse).map(Some) }
    }

    /// Notes what is wrong with a variable.
    pub fn problem(&mut self, var: &'static Var, message: impl Into<String>) {
        let given = self.given.get(var.name);
        self.problems.push(Problem {
            name: var.name.to_owned(),
            value: given.filter(|_| !var.secret).map(|given| given.text.clone()),
            origin: given.map(|given| given.origin.clone()),
            message: message.into(),
        });
    }

    /// What took effect, and all that is wrong.
    pub fn finish(self) -> (Vec<Setting>, Vec<Problem>) {
        let settings = vars().map(|var| self.setting(var)).collect();
        (settings, self.problems)
    }

    fn setting(&self, var: &'static Var) -> Setting {
        let text = self.text(var);
        let hidden = var.secret && !text.is_empty();
        Setting {
            var,
            value: if hidden { "(hidden)".to_owned() } else { text.to_owned() },
            origin: self.given.get(var.name).map_or_else(|| "default".to_owned(), |given| given.origin.clone()),
        }
    }
}

/// The known name that a typing mistake was meant to be.
fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    // A third of the letters may be wrong, the common prefix not counted.
    let most = (name.trim_start_matches("TRADEWIND_").len() / 3).min(4);
    let scored = known.map(|known| (strsim::damerau_levenshtein(name, known), known));
    scored.min().filter(|(distance, _)| *distance <= most).map(|(_, known)| known)
}
