//! Runs requests: limits, channel, loaders, execution, and what is told of errors.
use crate::{
    answer::{OutputTypes, Plan, Planned, mark, plan, render},
    cached::{Boundary, Lookups},
    caching::{Caching, fallback},
    conclusion::Ran,
    context::RequestCtx,
    directory::Directory,
    documents::{Document, Documents, is_constant, prune},
    error::Code,
    execution::Rendering,
    limits::{Analysis, Limits, analyse, check_cost, cost, objects, report, scan},
    loaders::{Loaders, Source},
    policy::undecided,
    refusal::{code_of, cut, refuse, too_costly, unfit, without_channel},
    request::{GraphqlRequest, Outcome, RequestContext, type_name},
    schema::{ShopSchema, build},
    validation::{Policy, TypeSystem, Validated, coerce, leave_out, syntax_error, validate},
};
use async_graphql::{
    Request, Response, Value, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, ready},
};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tradewind_cache::{Cache, Use, View};
use tradewind_loader::{Frontier, LoaderMetrics, Observer};
use tradewind_persistence::{Db, DbError, cache_log::check_triggers, read::Scope, statements};

/// The schema with its database. Cheap to clone.
///
/// What others wait for is boxed: an unboxed future is compiled with all that is below it, all resolvers and loaders,
/// in each crate that polls it (docs/performance.md).
#[derive(Clone)]
pub struct Engine {
    pub(crate) schema: ShopSchema,
    db: Db,
    pub(crate) directory: Arc<Directory>,
    pub(crate) types: Arc<OutputTypes>,
    type_system: Arc<TypeSystem>,
    documents: Documents,
    limits: Arc<Limits>,
    metrics: Option<Arc<LoaderMetrics>>,
    cache: Option<Cache>,
}

/// An operation that may run: [`Engine::run`] it, or [`Engine::subscribe`].
pub struct Prepared {
    pub(crate) document: Arc<Document>,
    pub(crate) variables: Variables,
    /// Where the document's own does not do.
    plan: Option<Plan>,
    pub(crate) cost: u64,
    /// How long it took to come here.
    reading: Duration,
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
    /// Reads the channels and builds the schema. Refuses a schema with a type of which nobody decided whether it may be
    /// kept, and a database that does not log the changes of what is. `cache`: none, and each request reads everything.
    pub fn start(
        db: Db,
        limits: Limits,
        metrics: Option<Arc<LoaderMetrics>>,
        cache: Option<Cache>,
    ) -> BoxFuture<'static, Result<Self, DbError>> {
        Self::build(db, limits, metrics, cache).boxed()
    }

    async fn build(
        db: Db,
        limits: Limits,
        metrics: Option<Arc<LoaderMetrics>>,
        cache: Option<Cache>,
    ) -> Result<Self, DbError> {
        let directory = Arc::new(Directory::load(&db).await?);
        let schema = build(Some(Arc::clone(&directory)));
        let (sdl, unreadable) = (schema.sdl(), |cause| DbError::Setup(format!("the schema's text: {cause}")));
        let types = Arc::new(OutputTypes::parse(&sdl).map_err(unreadable)?);
        let type_system = Arc::new(TypeSystem::parse(&sdl).map_err(unreadable)?);
        let undecided = undecided(&types);
        if !undecided.is_empty() {
            let undecided = undecided.join(", ");
            return Err(DbError::Setup(format!(
                "no @cacheControl on {undecided}: decide with `governed!` beside the type"
            )));
        }
        if cache.is_some() {
            check_triggers(&db).await?;
        }
        if let Some(cache) = &cache {
            directory.follow(&db, &cache.view(None, Use::ReadWrite)).await?;
        }
        let (documents, limits) = (Documents::new(limits.document_cache_bytes), Arc::new(limits));
        Ok(Self { schema, db, directory, types, type_system, documents, limits, metrics, cache })
    }

    /// What it reads through.
    pub fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }

    /// What one request reads through. A mutation reads the primary, and what it reads there is nobody else's.
    pub(crate) fn view(&self, kind: OperationType) -> Option<View> {
        let usage = if kind == OperationType::Mutation { Use::Bypass } else { Use::ReadWrite };
        self.cache.as_ref().map(|cache| cache.view(None, usage))
    }

    /// The database that it reads.
    pub fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads the channels again; call it every second.
    pub fn refresh(&self) -> BoxFuture<'_, Result<(), DbError>> {
        self.directory.refresh(&self.db).boxed()
    }

    /// Runs one request. Dropping the future stops its statements.
    pub fn execute(&self, request: GraphqlRequest, context: RequestContext) -> BoxFuture<'_, Outcome> {
        match self.prepare(request, &context) {
            Ok(prepared) => self.run(prepared, context),
            Err(refused) => ready(*refused).boxed(),
        }
    }

    /// Runs a query or a mutation. Dropping the future stops its statements.
    pub fn run(&self, prepared: Prepared, context: RequestContext) -> BoxFuture<'_, Outcome> {
        self.answer(prepared, context).boxed()
    }

    async fn answer(&self, prepared: Prepared, context: RequestContext) -> Outcome {
        if prepared.is_subscription() {
            return *no_stream(&prepared, &context);
        }
        let parsed = Instant::now();
        let started = parsed.checked_sub(prepared.reading).unwrap_or(parsed);
        let resolving = context.explain.then(|| Arc::new(OnceLock::new()));
        let written = context.cost.then(Arc::<AtomicU64>::default);
        let frontier = self.frontier();
        let request = self.request(&prepared);
        let Prepared { document, plan, cost, .. } = prepared;
        let (operation_name, kind) = (document.operation_name.clone(), document.kind);
        let (view, lookups) = (self.view(kind), Lookups::new(context.explain));
        let run = async {
            let channel = self.directory.resolve(&self.db, view.as_ref(), context.channel.as_deref()).await?;
            let scope = Scope::new(channel.row.id, context.now);
            if let Some(known) = document.constant.as_ref().and_then(OnceLock::get) {
                return Ok(Response::new(known.clone()));
            }
            let db = self.db.pipelined();
            let (view, lookups, boundary) = (view.clone(), lookups.clone(), Boundary::default());
            let source = Source { db, scope, columns: document.columns, view, boundary, lookups };
            let loaders = Loaders::new(frontier.clone(), source);
            let resolving = resolving.clone();
            let mut request = request.data(RequestCtx { channel, scope, loaders, viewer: None, resolving });
            if document.is_rendered {
                let (types, is_direct, objects) = (Arc::clone(&self.types), document.is_direct, written.clone());
                let (frontier, has_failed) = (frontier.clone(), AtomicBool::new(false));
                request = request.data(Rendering { types, is_direct, frontier, objects, has_failed });
            }
            Ok(frontier.run(self.schema.execute(request)).await)
        };
        let (result, statements) = statements::record(context.explain, run).await;
        let mut response = match result {
            Ok(response) => response,
            Err(no_channel) => {
                let refused = without_channel(no_channel, &context);
                let (operation_type, statements) = (type_name(kind), statements.count);
                return Outcome { operation_name, operation_type, statements, cost, ..refused };
            }
        };
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let plan = plan.as_ref().unwrap_or(&document.plan);
        let count = statements.count;
        let ran = Ran { started, parsed, resolving, frontier, statements, cost, lookups };
        ran.conclude(&mut response, plan, document.is_rendered, &context);
        if let Some(constant) = document.constant.as_ref().filter(|_| response.errors.is_empty()) {
            response.data = constant.get_or_init(|| render(&response.data)).clone();
        }
        if let Some(written) = written {
            let actual = written.load(Ordering::Relaxed).saturating_add(objects(&response.data));
            response.extensions.insert("cost".to_owned(), report(cost, Some(actual)));
        }
        let error_code = response.errors.first().and_then(code_of);
        let summary = view.map(|view| view.summary());
        if let Some(fallback) = summary.as_ref().and_then(fallback) {
            response.extensions.insert("cache".to_owned(), fallback);
        }
        let is_kept =
            kind == OperationType::Query && executed && error_code.is_none() && !context.explain && !context.cost;
        let caching = match &self.cache {
            Some(cache) if is_kept => Caching::of(document.policy, summary, cache),
            _ => Caching::none(),
        };
        Outcome {
            response,
            caching,
            executed,
            method_not_allowed: false,
            operation_name,
            operation_type: type_name(kind),
            statements: count,
            cost,
            error_code,
            limit: None,
        }
    }

    /// For one request, or one event of a subscription.
    pub(crate) fn frontier(&self) -> Frontier {
        match &self.metrics {
            Some(metrics) => Frontier::with_observer(Arc::clone(metrics) as Arc<dyn Observer>),
            None => Frontier::new(),
        }
    }

    /// Reads a request: its document, its variables, its cost. An error is the answer to a request of which nothing
    /// runs.
    pub fn prepare(&self, request: GraphqlRequest, context: &RequestContext) -> Result<Prepared, Box<Outcome>> {
        let started = Instant::now();
        let GraphqlRequest { query, operation_name, variables } = request;
        let document = self.document(&query, operation_name.as_deref(), context)?;
        allow(document.kind, context)?;
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
        Ok(Prepared { document, variables, plan, cost, reading: started.elapsed() })
    }

    /// Whether a document is known: [`Engine::prepare`] does not have to read it again.
    pub fn knows(&self, query: &str, operation_name: Option<&str>) -> bool {
        self.documents.get(query, operation_name).is_some()
    }

    fn request(&self, prepared: &Prepared) -> Request {
        let mut request = Request::new("").variables(prepared.variables.clone());
        request.operation_name.clone_from(&prepared.document.operation_name);
        request.set_parsed_query(prepared.parsed());
        if self.limits.introspection { request } else { request.disable_introspection() }
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
        let Planned { plan, merged, is_conditional, is_repeated, columns, policy } =
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

/// Refuses a subscription where one answer is wanted.
fn no_stream(prepared: &Prepared, context: &RequestContext) -> Box<Outcome> {
    let message = "a subscription needs a stream: send it with `Accept: text/event-stream` or \
         `multipart/mixed;subscriptionSpec=1.0`, or over a WebSocket (graphql-transport-ws) at /graphql/ws";
    let refused = *refuse(Code::BadUserInput, message.to_owned(), context);
    let (operation_name, operation_type) = (prepared.document.operation_name.clone(), "subscription");
    Box::new(Outcome { operation_name, operation_type, ..refused })
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
