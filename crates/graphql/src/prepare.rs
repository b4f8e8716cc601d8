//! Reads requests: limits, parsing, validation, plan, cost. What was read is kept.
use crate::{
    answer::{Plan, Planned, mark, plan},
    documents::{Document, is_constant, prune},
    engine::Engine,
    error::Code,
    keyed,
    limits::{Analysis, analyse, check_cost, cost, report, scan},
    refusal::{cut, refuse, too_costly, unfit},
    request::{GraphqlRequest, Outcome, RequestContext},
    validation::{Policy, Validated, coerce, leave_out, syntax_error, validate},
};
use async_graphql::{
    Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

/// An operation that may run: [`Engine::run`] it, or [`Engine::subscribe`].
pub struct Prepared {
    pub(crate) document: Arc<Document>,
    pub(crate) variables: Variables,
    /// Where the document's own does not do.
    pub(crate) plan: Option<Plan>,
    pub(crate) cost: u64,
    /// Of a mutation with an idempotency key.
    pub(crate) request_hash: Option<String>,
    /// How long it took to come here.
    pub(crate) reading: Duration,
}

impl Prepared {
    /// Whether it is answered by a stream.
    pub fn is_subscription(&self) -> bool {
        self.document.kind == OperationType::Subscription
    }

    /// Name of the operation that was chosen.
    pub fn operation_name(&self) -> Option<&str> {
        self.document.operation_name.as_deref()
    }

    /// The document for these variables. It is large: whoever waits to run does not hold it.
    pub(crate) fn parsed(&self) -> ExecutableDocument {
        let mut parsed = self.document.parsed.clone();
        if self.document.has_optional {
            leave_out(&mut parsed, &self.variables);
        }
        parsed
    }
}

impl Engine {
    /// Reads a request: its document, its variables, its cost. An error is the answer to a request of which nothing
    /// runs.
    pub fn prepare(&self, request: GraphqlRequest, context: &RequestContext) -> Result<Prepared, Box<Outcome>> {
        let started = Instant::now();
        let document = self.document(&request.query, request.operation_name.as_deref(), context)?;
        allow(document.kind, context)?;
        let request_hash = keyed::hash_of(document.kind, &request, &context.caller)
            .map_err(|message| refuse(Code::BadUserInput, message, context))?;
        let GraphqlRequest { operation_name, variables, .. } = request;
        document.access.check(context.caller.viewer).map_err(|(code, message)| refuse(code, message, context))?;
        let operation = choose(&document.parsed, operation_name.as_deref())
            .map_err(|message| refuse(Code::GraphqlValidationFailed, message, context))?;
        let variables = coerce(&self.type_system, operation, Variables::from_json(variables))
            .map_err(|errors| unfit(errors, context))?;
        let cost = document.cost.unwrap_or_else(|| cost(&document.parsed, operation, &variables));
        check_cost(cost, &self.limits).map_err(|refusal| {
            let mut outcome = too_costly(refusal, context);
            outcome.response.extensions.insert("cost".to_owned(), report(cost, None));
            outcome
        })?;
        let plan =
            document.is_conditional.then(|| plan(&self.types, &document.parsed, operation, Some(&variables)).plan);
        Ok(Prepared { document, variables, plan, cost, request_hash, reading: started.elapsed() })
    }

    /// Whether a document is known: [`Engine::prepare`] does not have to read it again.
    pub fn knows(&self, query: &str, operation_name: Option<&str>) -> bool {
        self.documents.get(query, operation_name).is_some()
    }

    /// A valid document within the limits; its cost may still be too high for the variables.
    pub(crate) fn document(
        &self,
        query: &str,
        operation_name: Option<&str>,
        context: &RequestContext,
    ) -> Result<Arc<Document>, Box<Outcome>> {
        match self.documents.get(query, operation_name) {
            Some(known) => Ok(known),
            None => self.read(query, operation_name, context),
        }
    }

    /// Reads a document that is not known yet. The limits come before whatever takes longer than they do.
    fn read(
        &self,
        query: &str,
        operation_name: Option<&str>,
        context: &RequestContext,
    ) -> Result<Arc<Document>, Box<Outcome>> {
        scan(query, &self.limits).map_err(|refusal| too_costly(refusal, context))?;
        let mut parsed = parse_query(query).map_err(|error| unfit(vec![syntax_error(&error)], context))?;
        let unknown = |message| refuse(Code::GraphqlValidationFailed, message, context);
        let operation = choose(&parsed, operation_name).map_err(unknown)?;
        // Before anything that a mutation could also be refused for: the method is what is wrong.
        allow(operation.ty, context)?;
        let Analysis { cost, circular } =
            analyse(&parsed, operation, &self.limits).map_err(|refusal| too_costly(refusal, context))?;
        if let Some(fragment) = circular {
            let message = format!("fragment `{}` spreads itself: take the circle out", cut(fragment));
            return Err(refuse(Code::GraphqlValidationFailed, message, context));
        }
        let rules = Policy { introspection: self.limits.introspection };
        let Validated { has_optional } =
            validate(&self.type_system, &parsed, query, rules).map_err(|errors| unfit(errors, context))?;
        prune(&mut parsed, operation_name);
        let operation = choose(&parsed, operation_name).map_err(unknown)?;
        let kind = operation.ty;
        let constant = is_constant(operation).then(OnceLock::new);
        let Planned { plan, merged, is_conditional, is_repeated, columns, policy, access } =
            plan(&self.types, &parsed, operation, None);
        mark(&mut parsed, &self.types, &merged);
        let name = parsed.operations.iter().next().and_then(|(name, _)| name.map(ToString::to_string));
        let (is_rendered, is_direct) = (merged.is_empty(), !is_repeated);
        let document = Document {
            operation_name: name,
            kind,
            plan,
            is_conditional,
            is_rendered,
            is_direct,
            columns,
            policy,
            access,
            parsed,
            cost,
            has_optional,
            constant,
        };
        let document = Arc::new(document);
        self.documents.keep(query, operation_name, &document);
        Ok(document)
    }
}

/// Refuses a mutation where there must be none (GET).
fn allow(kind: OperationType, context: &RequestContext) -> Result<(), Box<Outcome>> {
    if !context.queries_only || kind != OperationType::Mutation {
        return Ok(());
    }
    let message = "GET runs no mutations: send this operation with POST".to_owned();
    let mut outcome = refuse(Code::BadUserInput, message, context);
    outcome.method_not_allowed = true;
    Err(outcome)
}

/// The operation that will run.
fn choose<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Result<&'d OperationDefinition, String> {
    let mut operations = document.operations.iter();
    match name {
        Some(wanted) => operations
            .find(|(name, _)| name.is_some_and(|name| name.as_str() == wanted))
            .map(|(_, operation)| &operation.node)
            .ok_or_else(|| {
                format!("`operationName` is `{}`, but the document has no such operation", cut(wanted.to_owned()))
            }),
        None => match (operations.next(), operations.next()) {
            (Some((_, only)), None) => Ok(&only.node),
            (None, _) => Err("the document has no operation".to_owned()),
            _ => Err("the document has several operations: say which one with `operationName`".to_owned()),
        },
    }
}
