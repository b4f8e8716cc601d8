//! Documents that clients name instead of sending them.
use super::{Reader, Var, value};
use std::path::PathBuf;

static TRUSTED: Var = Var::new(
    "TRADEWIND_TRUSTED_DOCUMENTS",
    "graphql.trusted_documents",
    "",
    "file of the documents that clients may name: persisted-documents.json of graphql-codegen's client preset, or \
     Relay's; read at start, which fails when one of them cannot run",
);
static MODE: Var = Var::new(
    "TRADEWIND_DOCUMENTS_MODE",
    "graphql.documents_mode",
    "any",
    "any: all documents run; prefer: the same, and documents outside of the file are counted and logged; require: only \
     documents of the file run",
);
static PERSISTED: Var = Var::new(
    "TRADEWIND_PERSISTED_QUERIES",
    "graphql.persisted_queries",
    "8MiB",
    "memory for automatic persisted queries; 0 turns them off",
);

pub(super) const VARS: &[&Var] = &[&TRUSTED, &MODE, &PERSISTED];

/// Which documents run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentsMode {
    /// All.
    Any,
    /// All; those that are not trusted are counted and logged.
    Prefer,
    /// Trusted ones only.
    Require,
}

/// Trusted documents and automatic persisted queries.
#[derive(Clone, Debug)]
pub struct DocumentsConfig {
    /// The file of trusted documents.
    pub trusted: Option<PathBuf>,
    /// What runs beside them.
    pub mode: DocumentsMode,
    /// Memory for automatic persisted queries in bytes; 0 is off.
    pub persisted_bytes: usize,
}

impl DocumentsConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let trusted = reader.read_optional(&TRUSTED, |text| Ok(PathBuf::from(text)));
        let mode = reader.read(&MODE, |text| match text {
            "any" => Ok(DocumentsMode::Any),
            "prefer" => Ok(DocumentsMode::Prefer),
            "require" => Ok(DocumentsMode::Require),
            _ => Err("write any, prefer or require".to_owned()),
        });
        let persisted = reader.read(&PERSISTED, |text| value::bytes(text, 0..=1 << 30));
        if trusted == Some(None) && mode.is_some_and(|mode| mode != DocumentsMode::Any) {
            reader.problem(&MODE, "no document would be trusted: name their file with TRADEWIND_TRUSTED_DOCUMENTS");
        }
        Some(Self { trusted: trusted?, mode: mode?, persisted_bytes: persisted? })
    }
}
