//! Checks documents without running them: a server that trusts a list of them refuses a bad one when it starts, not when
//! a shopper asks for it.
use crate::{
    engine::Engine,
    limits::scan,
    request::{GraphqlRequest, Outcome, RequestContext, type_name},
    schema::{ShopSchema, builder},
};
use async_graphql::{
    Response,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::parse_query,
};
use std::sync::Arc;

/// An operation that can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedOperation {
    /// Its name; `None` when the document has one operation without a name.
    pub name: Option<String>,
    /// `query`, `mutation` or `subscription`.
    pub kind: &'static str,
    /// Objects that it may return at most, with the default page size where a variable gives it.
    pub cost: u64,
}

/// Holds documents against the limits and the schema.
pub struct DocumentChecker<'e> {
    engine: &'e Engine,
    /// The schema again, with execution taken out: an extension would slow down the one that answers.
    schema: ShopSchema,
}

impl<'e> DocumentChecker<'e> {
    /// Builds the schema that validates.
    pub fn new(engine: &'e Engine) -> Self {
        Self { engine, schema: builder().extension(OnlyValidate).finish() }
    }

    /// The operations of a document, or all that is wrong with it. Nothing runs, and no variable has a value.
    pub async fn check(&self, text: &str) -> Result<Vec<CheckedOperation>, Vec<String>> {
        scan(text, self.engine.limits()).map_err(|refusal| vec![refusal.message])?;
        let parsed = parse_query(text).map_err(|error| vec![error.to_string()])?;
        let names: Vec<_> = parsed.operations.iter().map(|(name, _)| name.map(ToString::to_string)).collect();
        let mut operations = Vec::with_capacity(names.len());
        for name in names {
            operations.push(self.operation(text, name).await?);
        }
        match operations.is_empty() {
            true => Err(vec!["the document has no operation".to_owned()]),
            false => Ok(operations),
        }
    }

    async fn operation(&self, text: &str, name: Option<String>) -> Result<CheckedOperation, Vec<String>> {
        let request =
            GraphqlRequest { query: text.to_owned(), operation_name: name.clone(), variables: serde_json::Value::Null };
        let prepared = self.engine.prepare(request, &nobody()).map_err(|refused| messages(&refused))?;
        let kind = type_name(prepared.document.kind);
        let validated = self.schema.execute(prepared.request).await;
        match validated.errors.is_empty() {
            true => Ok(CheckedOperation { name, kind, cost: prepared.analysis.cost }),
            false => Err(validated.errors.into_iter().map(|error| error.message).collect()),
        }
    }
}

fn messages(refused: &Outcome) -> Vec<String> {
    refused.response.errors.iter().map(|error| error.message.clone()).collect()
}

fn nobody() -> RequestContext {
    RequestContext {
        channel: None,
        explain: false,
        queries_only: false,
        now: chrono::DateTime::UNIX_EPOCH,
        request_id: String::new(),
        trace_id: String::new(),
    }
}

struct OnlyValidate;

impl ExtensionFactory for OnlyValidate {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for OnlyValidate {
    /// Comes after validation.
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default()
    }
}
