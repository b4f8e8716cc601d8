//! Runs requests: limits, channel, loaders, execution, and what is told of errors.
use crate::{
    access::Viewer,
    account::{Authenticated, authenticate},
    answer::{OutputTypes, render},
    cached::{Boundary, Looks, Lookups},
    caching::{Caching, fallback},
    caller::Effects,
    conclusion::Ran,
    context::RequestCtx,
    directory::{Directory, NoChannel},
    documents::Documents,
    error::Code,
    execution::Rendering,
    keyed::{self, Known},
    limits::{Limits, objects, report},
    loaders::{Loaders, Source},
    mutation::SharedCommerce,
    policy::undecided,
    prepare::Prepared,
    refusal::{code_of, refuse, without_channel},
    request::{GraphqlRequest, Outcome, RequestContext, type_name},
    schema::{ShopSchema, build},
    validation::TypeSystem,
};
use async_graphql::{Request, Response, Value, parser::types::OperationType};
use chrono::{DateTime, Utc};
use futures_util::{
    FutureExt,
    future::{BoxFuture, ready},
};
use std::{
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};
use tradewind_cache::{Cache, Use, View};
use tradewind_commerce::account::Token;
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
    pub(crate) type_system: Arc<TypeSystem>,
    pub(crate) documents: Documents,
    pub(crate) limits: Arc<Limits>,
    metrics: Option<Arc<LoaderMetrics>>,
    cache: Option<Cache>,
    pub(crate) looks: Arc<Looks>,
    pub(crate) commerce: SharedCommerce,
}

impl Engine {
    /// Reads the channels and builds the schema. Refuses a schema with a type of which nobody decided whether it may be
    /// kept, and a database that does not log the changes of what is. `cache`: none, and each request reads everything.
    pub fn start(
        db: Db,
        limits: Limits,
        metrics: Option<Arc<LoaderMetrics>>,
        cache: Option<Cache>,
        commerce: SharedCommerce,
    ) -> BoxFuture<'static, Result<Self, DbError>> {
        Self::build(db, limits, metrics, cache, commerce).boxed()
    }

    async fn build(
        db: Db,
        limits: Limits,
        metrics: Option<Arc<LoaderMetrics>>,
        cache: Option<Cache>,
        commerce: SharedCommerce,
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
        let looks = Arc::default();
        Ok(Self { schema, db, directory, types, type_system, documents, limits, metrics, cache, looks, commerce })
    }

    /// What it reads through.
    pub fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }

    /// What one request reads through. A mutation reads the primary, and what it reads there is nobody else's. `whole`:
    /// somebody keeps the answer as a whole.
    pub(crate) fn view(&self, kind: OperationType, viewer: Option<Viewer>, whole: bool) -> Option<View> {
        let usage = match kind {
            OperationType::Mutation => Use::Bypass,
            _ if whole => Use::ReadWrite,
            _ => Use::Rows,
        };
        self.cache.as_ref().map(|cache| cache.view(viewer.map(Viewer::cache_owner), usage))
    }

    /// Whom a token stands for; a session that has ended is over at once.
    pub fn authenticate<'a>(
        &'a self,
        token: &'a Token,
        now: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Authenticated, DbError>> {
        async move {
            let view = self.cache.as_ref().map(|cache| cache.view(None, Use::ReadWrite));
            authenticate(&self.db, view.as_ref(), token, now).await
        }
        .boxed()
    }

    /// What mutations run on.
    pub fn commerce(&self) -> &SharedCommerce {
        &self.commerce
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

    async fn answer(&self, mut prepared: Prepared, context: RequestContext) -> Outcome {
        if prepared.is_subscription() {
            return *no_stream(&prepared, &context);
        }
        let parsed = Instant::now();
        let started = parsed.checked_sub(prepared.reading).unwrap_or(parsed);
        let resolving = context.explain.then(|| Arc::new(OnceLock::new()));
        let written = context.cost.then(Arc::<AtomicU64>::default);
        let frontier = self.frontier();
        let request = self.request(&prepared);
        let effects = Arc::new(Effects::default());
        let (mut kept, mut keyed_request) = (None, None);
        let caller = Arc::clone(&context.caller);
        let (viewer, keyed_effects) = (caller.viewer, Arc::clone(&effects));
        let (document, plan, cost) = (Arc::clone(&prepared.document), prepared.plan.take(), prepared.cost);
        let (operation_name, kind) = (document.operation_name.clone(), document.kind);
        let whole = context.whole && document.policy.is_public() && !context.explain && !context.cost;
        let (view, lookups) = (self.view(kind, viewer, whole), Lookups::new(context.explain));
        let run = async {
            let channel = self.directory.resolve(&self.db, view.as_ref(), context.channel.as_deref()).await?;
            let scope = Scope::new(channel.row.id, context.now);
            if let Some(known) = document.constant.as_ref().and_then(OnceLock::get) {
                return Ok(Response::new(known.clone()));
            }
            keyed_request = keyed::keyed(&prepared, &caller, channel.row.id);
            if let Some(keyed) = &keyed_request {
                match keyed::known(&self.db, keyed, context.now).await.map_err(NoChannel::Failed)? {
                    Known::Nothing => {}
                    Known::Answer(text) => {
                        kept = Some(text);
                        return Ok(Response::new(Value::Null));
                    }
                    Known::Refused(refused) => return Ok(refused),
                }
            }
            let db = self.db.pipelined();
            let (view, lookups, boundary) = (view.clone(), lookups.clone(), Boundary::new(&self.looks));
            let source = Source { db, scope, columns: document.columns, view, boundary, lookups };
            let loaders = Loaders::new(frontier.clone(), source);
            let resolving = resolving.clone();
            let mut request = request.data(RequestCtx {
                channel,
                scope,
                loaders,
                caller,
                effects: keyed_effects,
                keyed: keyed_request.clone(),
                db: self.db.clone(),
                cache: self.cache.clone(),
                commerce: Arc::clone(&self.commerce),
                resolving,
            });
            if document.is_rendered {
                let (types, is_direct, objects) = (Arc::clone(&self.types), document.is_direct, written.clone());
                let (frontier, has_failed) = (frontier.clone(), AtomicBool::new(false));
                request = request.data(Rendering { types, is_direct, frontier, objects, has_failed });
            }
            // Pinned here: each async function that is given a future has room for it twice.
            let execution = pin!(self.schema.execute(request));
            Ok(frontier.run(execution).await)
        };
        let recorded = {
            let run = pin!(run);
            statements::record(context.explain, run).await
        };
        let (result, statements) = recorded;
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
        let (session, replayed) = (effects.take_session(), kept.is_some() || effects.is_replay());
        let outcome = Outcome {
            response,
            caching,
            executed: executed || kept.is_some(),
            method_not_allowed: false,
            operation_name,
            operation_type: type_name(kind),
            statements: count,
            cost,
            error_code,
            limit: None,
            session,
            replayed,
            kept,
        };
        // An answer with a token is not kept; nor is one that says how it was made.
        let may_be_kept =
            outcome.session.is_none() && !effects.has_secret() && !replayed && !context.explain && !context.cost;
        if let Some(keyed) = keyed_request.filter(|_| executed && outcome.response.errors.is_empty() && may_be_kept) {
            keyed::keep(&self.db, &keyed, &outcome, context.now).await;
        }
        outcome
    }

    /// For one request, or one event of a subscription.
    pub(crate) fn frontier(&self) -> Frontier {
        match &self.metrics {
            Some(metrics) => Frontier::with_observer(Arc::clone(metrics) as Arc<dyn Observer>),
            None => Frontier::new(),
        }
    }

    fn request(&self, prepared: &Prepared) -> Request {
        let mut request = Request::new("").variables(prepared.variables.clone());
        request.operation_name.clone_from(&prepared.document.operation_name);
        request.set_parsed_query(prepared.parsed());
        if self.limits.introspection { request } else { request.disable_introspection() }
    }
}

/// Refuses a subscription where one answer is wanted.
fn no_stream(prepared: &Prepared, context: &RequestContext) -> Box<Outcome> {
    let message = "a subscription needs a stream: send it with `Accept: text/event-stream` or \
         `multipart/mixed;subscriptionSpec=1.0`, or over a WebSocket (graphql-transport-ws) at /graphql/ws";
    let refused = *refuse(Code::BadUserInput, message.to_owned(), context);
    let (operation_name, operation_type) = (prepared.document.operation_name.clone(), "subscription");
    Box::new(Outcome { operation_name, operation_type, ..refused })
}
