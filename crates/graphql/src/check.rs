//! Checks documents without running them: a server that trusts a list of them refuses a bad one when it starts, not when
//! a shopper asks for it.
use crate::{
    engine::Engine,
    limits::{check_cost, scan},
    request::{Outcome, RequestContext, type_name},
};
use async_graphql::parser::parse_query;
use std::sync::Arc;

/// An operation that can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedOperation {
    /// Its name; `None` when the document has one operation without a name.
    pub name: Option<String>,
    /// `query`, `mutation` or `subscription`.
    pub kind: &'static str,
    /// Objects that it may return at most; `None` when that depends on its variables.
    pub cost: Option<u64>,
}

impl Engine {
    /// The operations of a document that is valid and within the limits, or what is wrong with it. Nothing runs, and no
    /// variable has a value: a cost that depends on them is checked per request.
    pub fn check(&self, text: &str) -> Result<Vec<CheckedOperation>, Vec<String>> {
        scan(text, self.limits()).map_err(|refusal| vec![refusal.message])?;
        let parsed = parse_query(text).map_err(|error| vec![error.to_string()])?;
        let names: Vec<_> = parsed.operations.iter().map(|(name, _)| name.map(ToString::to_string)).collect();
        match names.is_empty() {
            true => Err(vec!["the document has no operation".to_owned()]),
            false => names.into_iter().map(|name| self.operation(text, name)).collect(),
        }
    }

    fn operation(&self, text: &str, name: Option<String>) -> Result<CheckedOperation, Vec<String>> {
        let document = self.document(text, name.as_deref(), &nobody()).map_err(|refused| messages(&refused))?;
        if let Some(cost) = document.cost {
            check_cost(cost, self.limits()).map_err(|refusal| vec![refusal.message])?;
        }
        Ok(CheckedOperation { name, kind: type_name(document.kind), cost: document.cost })
    }
}

fn messages(refused: &Outcome) -> Vec<String> {
    refused.response.errors.iter().map(|error| error.message.clone()).collect()
}

fn nobody() -> RequestContext {
    RequestContext {
        channel: None,
        explain: false,
        cost: false,
        caller: Arc::default(),
        queries_only: false,
        whole: true,
        now: chrono::DateTime::UNIX_EPOCH,
        request_id: String::new(),
        trace_id: String::new(),
    }
}
