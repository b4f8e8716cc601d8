//! What a stranger may ask for, checked before anything expensive: first the raw text, then the parsed document.
mod analysis;
mod cost;
mod lexer;
mod report;
mod scan;

pub(crate) use analysis::{Analysis, analyse, check_cost, cost};
pub(crate) use lexer::{Lexer, Token, position};
pub(crate) use report::{objects, report};
pub(crate) use scan::scan;

/// Limits of one operation. Each refusal names the limit, the value and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document.
    pub document_bytes: usize,
    /// Lexical tokens of the document.
    pub tokens: usize,
    /// Brackets of any kind open at once; also selection sets inside each other after fragments are spread.
    pub brackets: usize,
    /// Selections after all fragments are spread.
    pub selections: u64,
    /// Nested fields. Introspection needs 15.
    pub depth: u64,
    /// Fields with an alias, after all fragments are spread.
    pub aliases: u64,
    /// Fields of the operation itself.
    pub root_fields: u64,
    /// Directives, after all fragments are spread.
    pub directives: u64,
    /// Objects that the operation may return at most, page sizes multiplied.
    pub cost: u64,
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// About how many bytes parsed documents may take, so that a known text is not parsed again.
    pub document_cache_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 65_536,
            tokens: 5_000,
            brackets: 64,
            selections: 5_000,
            depth: 16,
            aliases: 60,
            root_fields: 30,
            directives: 60,
            cost: 20_000,
            introspection: true,
            document_cache_bytes: 16 << 20,
        }
    }
}

/// A limit that an operation exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The limit's name in metrics and configuration.
    pub limit: &'static str,
    /// For the client.
    pub message: String,
}

impl Refusal {
    fn new(
        limit: &'static str,
        what: &str,
        value: impl std::fmt::Display,
        most: impl std::fmt::Display,
        way_out: &str,
    ) -> Self {
        Self {
            limit,
            message: format!("the operation has {value} {what}, but at most {most} are allowed ({limit}): {way_out}"),
        }
    }
}
