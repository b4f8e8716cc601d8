//! Runs requests: limits, channel, loaders, execution, and what is told of errors.
use crate::{
    context::RequestCtx,
    directory::{Directory, NoChannel},
    error::Code,
    explain::explain,
    limits::{Analysis, Limits, analyse, scan},
    loaders::{Loaders, Source},
    request::{GraphqlRequest, Outcome, RequestContext, type_name},
    schema::{ShopSchema, build},
};
use async_graphql::{
    Request, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use std::{sync::Arc, time::Instant};
use tradewind_loader::{Frontier, LoaderMetrics, Observer};
use tradewind_persistence::{Db, DbError, read::Scope, statements};

/// Longer texts in errors echo what the client sent; nobody reads them.
const LONGEST_MESSAGE: usize = 500;

/// The schema with its database. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    schema: ShopSchema,
    db: Db,
    directory: Arc<Directory>,
    limits: Arc<Limits>,
    metrics: Option<Arc<LoaderMetrics>>,
}

/// An operation that may run.
struct Prepared {
    request: Request,
    operation_name: Option<String>,
    kind: OperationType,
    analysis: Analysis,
}

impl Engine {
    /// Reads the channels and builds the schema.
    pub async fn start(db: Db, limits: Limits, metrics: Option<Arc<LoaderMetrics>>) -> Result<Self, DbError> {
        let directory = Arc::new(Directory::load(&db).await?);
        let schema = build(Some(Arc::clone(&directory)));
        Ok(Self { schema, db, directory, limits: Arc::new(limits), metrics })
    }

    /// The database that it reads.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Reads the channels again; call it every second.
    pub async fn refresh(&self) -> Result<(), DbError> {
        self.directory.refresh(&self.db).await
    }

    /// Runs one request. Dropping the future stops its statements.
    pub async fn execute(&self, request: GraphqlRequest, context: RequestContext) -> Outcome {
        let started = Instant::now();
        let prepared = match self.prepare(request, &context) {
            Ok(prepared) => prepared,
            Err(refused) => return *refused,
        };
        let frontier = match &self.metrics {
            Some(metrics) => Frontier::with_observer(Arc::clone(metrics) as Arc<dyn Observer>),
            None => Frontier::new(),
        };
        let Prepared { request, operation_name, kind, analysis } = prepared;
        let run = async {
            let channel = self.directory.resolve(&self.db, context.channel.as_deref()).await?;
            let scope = Scope::new(channel.row.id, context.now);
            let source = Source { db: self.db.clone(), scope };
            let loaders = Loaders::new(frontier.clone(), source);
            let request = request.data(RequestCtx { channel, scope, loaders, db: self.db.clone() });
            Ok(frontier.run(self.schema.execute(request)).await)
        };
        let (result, statements) = statements::record(context.explain, run).await;
        let mut response = match result {
            Ok(response) => response,
            Err(no_channel) => {
                let refused = without_channel(no_channel, &context);
                let (operation_type, statements) = (type_name(kind), statements.count);
                return Outcome { operation_name, operation_type, statements, cost: analysis.cost, ..refused };
            }
        };
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        for error in &mut response.errors {
            finish(error, &context);
        }
        if context.explain {
            let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            let explained = explain(&statements, &frontier.reports(), analysis.cost, micros);
            response.extensions.insert("explain".to_owned(), explained);
        }
        let error_code = response.errors.first().and_then(code_of);
        Outcome {
            response,
            executed,
            method_not_allowed: false,
            operation_name,
            operation_type: type_name(kind),
            statements: statements.count,
            cost: analysis.cost,
            error_code,
            limit: None,
        }
    }

    fn prepare(&self, request: GraphqlRequest, context: &RequestContext) -> Result<Prepared, Box<Outcome>> {
        let refuse = |code, message| Box::new(Outcome::refused(code, message, &context.trace_id));
        let too_costly = |refusal: crate::limits::Refusal| {
            let mut outcome = refuse(Code::QueryTooCostly, refusal.message);
            outcome.limit = Some(refusal.limit);
            outcome
        };
        scan(&request.query, &self.limits).map_err(too_costly)?;
        let document =
            parse_query(&request.query).map_err(|error| refuse(Code::GraphqlParseFailed, cut(error.to_string())))?;
        let operation = choose(&document, request.operation_name.as_deref())
            .map_err(|message| refuse(Code::GraphqlValidationFailed, message))?;
        let kind = operation.ty;
        if context.queries_only && kind != OperationType::Query {
            let mut outcome =
                refuse(Code::BadUserInput, "GET runs queries only: send this operation with POST".to_owned());
            outcome.method_not_allowed = true;
            return Err(outcome);
        }
        let variables = Variables::from_json(request.variables);
        let analysis = analyse(&document, operation, &variables, &self.limits).map_err(too_costly)?;
        let operation_name = request.operation_name.or_else(|| {
            let (name, _) = document.operations.iter().next()?;
            name.map(|name| name.to_string())
        });
        let mut parsed = Request::new(request.query).variables(variables);
        parsed.operation_name = operation_name.clone();
        parsed.set_parsed_query(document);
        if !self.limits.introspection {
            parsed = parsed.disable_introspection();
        }
        Ok(Prepared { request: parsed, operation_name, kind, analysis })
    }
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

fn without_channel(cause: NoChannel, context: &RequestContext) -> Outcome {
    let asked = cut(context.channel.clone().unwrap_or_default());
    let (code, message) = match cause {
        NoChannel::Unknown(known) => (
            Code::BadUserInput,
            format!("header Tradewind-Channel: there is no channel `{asked}`: use one of {}", known.join(", ")),
        ),
        NoChannel::Empty => (
            Code::Unavailable,
            "the shop has no channel yet: fill it with `tradewind import shopify` or `tradewind seed`".to_owned(),
        ),
        NoChannel::Failed(cause) => {
            tracing::error!(request_id = context.request_id, trace_id = context.trace_id, %cause, "channels cannot be read");
            (Code::Unavailable, "the shop's data is not available at the moment: try again in a few seconds".to_owned())
        }
    };
    Outcome::refused(code, message, &context.trace_id)
}

fn code_of(error: &ServerError) -> Option<&'static str> {
    let code = error.extensions.as_ref()?.get("code")?;
    const CODES: [Code; 8] = [
        Code::GraphqlParseFailed,
        Code::GraphqlValidationFailed,
        Code::BadUserInput,
        Code::BadCursor,
        Code::QueryTooCostly,
        Code::Timeout,
        Code::Unavailable,
        Code::Internal,
    ];
    CODES.iter().map(|code| code.as_str()).find(|word| *code == Value::from(*word))
}

/// Gives each error its code and trace id; a cause goes to the log and nowhere else.
fn finish(error: &mut ServerError, context: &RequestContext) {
    if let Some(cause) = error.source::<DbError>() {
        let path = error.path.iter().map(|segment| match segment {
            async_graphql::PathSegment::Field(name) => name.clone(),
            async_graphql::PathSegment::Index(index) => index.to_string(),
        });
        let path = path.collect::<Vec<_>>().join(".");
        tracing::error!(request_id = context.request_id, trace_id = context.trace_id, path, %cause, "a resolver failed");
    }
    error.message = cut(std::mem::take(&mut error.message));
    let coded = code_of(error).is_some();
    let extensions = error.extensions.get_or_insert_default();
    if !coded {
        // Our resolvers always set a code; what is left are async-graphql's own checks.
        let code = if error.path.is_empty() { Code::GraphqlValidationFailed } else { Code::BadUserInput };
        extensions.set("code", code.as_str());
    }
    extensions.set("traceId", context.trace_id.as_str());
}

fn cut(message: String) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message;
    }
    let mut short: String = message.chars().take(LONGEST_MESSAGE).collect();
    short.push('…');
    short
}
