//! The documents of a client's build: `{"sha256:<hash>": "<text>"}`, as the client preset of GraphQL Code Generator and
//! Relay's compiler (without the prefix) write it.
use super::hash::DocumentHash;
use std::{collections::HashMap, fmt, fs, io::Read, path::Path, sync::Arc};
use tradewind_graphql::Engine;

/// A larger file is refused before it is read: it is no list of documents.
const LARGEST_FILE: u64 = 64 << 20;
/// Problems that are listed; a file of another schema has thousands of the same kind.
const MOST_SHOWN: usize = 20;

/// Documents that have been checked.
#[derive(Debug, Default)]
pub(crate) struct TrustedDocuments(HashMap<DocumentHash, Arc<str>>);

/// Why a file is refused.
#[derive(Debug)]
pub struct TrustedError {
    path: String,
    problems: Vec<String>,
}

impl std::error::Error for TrustedError {}

impl fmt::Display for TrustedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TRADEWIND_TRUSTED_DOCUMENTS: {} cannot be used:", self.path)?;
        for problem in self.problems.iter().take(MOST_SHOWN) {
            write!(f, "\n  - {problem}")?;
        }
        if self.problems.len() > MOST_SHOWN {
            write!(f, "\n  … {} in all", self.problems.len())?;
        }
        Ok(())
    }
}

impl TrustedDocuments {
    /// Reads a file and checks every document against the schema and the limits.
    pub(crate) fn load(path: &Path, engine: &Engine) -> Result<Self, TrustedError> {
        let refused = |problems| TrustedError { path: path.display().to_string(), problems };
        let texts = read(path).map_err(|problem| refused(vec![problem]))?;
        let (mut documents, mut problems) = (HashMap::with_capacity(texts.len()), Vec::new());
        for (id, text) in texts {
            match check(engine, &id, &text) {
                Ok(hash) => _ = documents.insert(hash, text.into()),
                Err(problem) => problems.push(problem),
            }
        }
        match problems.is_empty() {
            true => Ok(Self(documents)),
            false => Err(refused(problems)),
        }
    }

    pub(crate) fn get(&self, hash: DocumentHash) -> Option<&Arc<str>> {
        self.0.get(&hash)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

fn read(path: &Path) -> Result<Vec<(String, String)>, String> {
    let file = fs::File::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
    let mut text = String::new();
    let read = file.take(LARGEST_FILE + 1).read_to_string(&mut text);
    read.map_err(|error| format!("it cannot be read: {error}"))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > LARGEST_FILE {
        return Err(format!("it is larger than {} MiB", LARGEST_FILE >> 20));
    }
    let texts: HashMap<String, String> = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("line {line}, column {column}: write a JSON object of texts by id: {{\"sha256:<64 hex digits>\": \"query …\"}}")
    })?;
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort();
    Ok(texts)
}

fn check(engine: &Engine, id: &str, text: &str) -> Result<DocumentHash, String> {
    let Some(hash) = DocumentHash::parse(id) else {
        return Err(format!("{id:?} is no id: build with hashAlgorithm 'sha256' (sha256:<64 hex digits>)"));
    };
    let actual = DocumentHash::of(text);
    if actual != hash {
        return Err(format!("{id}: the text has another hash, {actual}: build the file again"));
    }
    let operations = engine.check(text).map_err(|problems| format!("{id}: {}", problems.join("; ")))?;
    for operation in operations {
        tracing::debug!(%hash, name = operation.name, kind = operation.kind, cost = operation.cost, "trusted document");
    }
    Ok(hash)
}
