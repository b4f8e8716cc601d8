//! async-graphql's rules of validation, run without running the operation.
use crate::{
    limits::MOST_NESTED,
    schema::{Query, ShopSchema},
    subscription::Subscription,
};
use async_graphql::{
    EmptyMutation, Request, Response, Schema, ServerError, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::types::ExecutableDocument,
};
use futures_util::FutureExt;
use std::sync::Arc;

/// More errors than this do not help anybody.
const MOST_ERRORS: usize = 20;

/// Validates documents.
#[derive(Clone)]
pub(crate) struct Validator(ShopSchema);

impl Validator {
    /// With suggestions, an error names fields that are alike: not where introspection is closed.
    pub(crate) fn new(suggestions: bool) -> Self {
        let builder = Schema::build(Query::default(), EmptyMutation, Subscription)
            .limit_recursive_depth(MOST_NESTED)
            .extension(DoNotRun);
        Self(if suggestions { builder.finish() } else { builder.disable_suggestions().finish() })
    }

    /// All operations and fragments of a document; nothing where they are valid. The chosen operation must be
    /// there, and no fragment may spread itself.
    pub(crate) fn check(
        &self,
        document: ExecutableDocument,
        operation_name: Option<&str>,
    ) -> Result<(), Vec<ServerError>> {
        let mut request = Request::new("");
        request.operation_name = operation_name.map(str::to_owned);
        request.set_parsed_query(document);
        // Nothing in it waits.
        let mut errors = match self.0.execute(request).now_or_never() {
            Some(response) => response.errors,
            None => vec![ServerError::new("the document could not be validated", None)],
        };
        errors.truncate(MOST_ERRORS);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

struct DoNotRun;

impl ExtensionFactory for DoNotRun {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(DoNotRun)
    }
}

#[async_trait::async_trait]
impl Extension for DoNotRun {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default()
    }
}
