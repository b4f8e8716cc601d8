//! One subscription under way.
use super::{
    event::{Cause, Event, SharedCause},
    feed::Feed,
    root_field::with_root_field,
};
use crate::{
    answer::{Plan, plan},
    cached::{Boundary, Lookups},
    caching::Caching,
    conclusion::Ran,
    context::RequestCtx,
    engine::Engine,
    error::Code,
    execution::Rendering,
    loaders::{Loaders, Source},
    prepare::Prepared,
    refusal::{code_of, finish, refuse, without_channel},
    request::{Outcome, RequestContext},
};
use async_graphql::{
    Request, Response, Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use parking_lot::Mutex;
use std::{
    sync::{Arc, OnceLock, atomic::AtomicBool},
    time::{Duration, Instant},
};
use tradewind_cache::Mode;
use tradewind_persistence::{
    changes::Wanted,
    read::{Scope, product::ProductColumns},
    statements,
};

/// A subscription: wait for an [`Event`] with [`changed`](Self::changed), then run the operation for it with
/// [`execute`](Self::execute). Between the two the caller may wait for its turn; meanwhile nothing piles up.
pub struct EventStream {
    engine: Engine,
    document: ExecutableDocument,
    operation_name: Option<String>,
    variables: Variables,
    plan: Plan,
    is_rendered: bool,
    is_direct: bool,
    columns: ProductColumns,
    cost: u64,
    feed: Feed,
}

impl Engine {
    /// Begins a subscription; what happens from now on is told. An error is the answer to a request of which nothing
    /// runs.
    pub fn subscribe<'a>(
        &'a self,
        prepared: Prepared,
        context: &'a RequestContext,
    ) -> BoxFuture<'a, Result<EventStream, Box<Outcome>>> {
        self.stream(prepared, context).boxed()
    }

    async fn stream(&self, prepared: Prepared, context: &RequestContext) -> Result<EventStream, Box<Outcome>> {
        if !prepared.is_subscription() {
            return Err(refuse(Code::BadUserInput, "this operation is no subscription: run it".to_owned(), context));
        }
        let (operation_name, cost) = (prepared.document.operation_name.clone(), prepared.cost);
        self.begin(prepared, context).await.map_err(|refused| {
            let operation_type = "subscription";
            Box::new(Outcome { operation_name, operation_type, cost, ..*refused })
        })
    }

    async fn begin(&self, prepared: Prepared, context: &RequestContext) -> Result<EventStream, Box<Outcome>> {
        let flat = prepared.parsed();
        let Prepared { document, variables, cost, .. } = prepared;
        let flat = with_root_field(flat, document.operation_name.as_deref())
            .map_err(|message| refuse(Code::GraphqlValidationFailed, message, context))?;
        let mut stream = EventStream {
            engine: self.clone(),
            operation_name: document.operation_name.clone(),
            variables,
            plan: Plan::default(),
            is_rendered: document.is_rendered,
            is_direct: document.is_direct,
            columns: document.columns,
            cost,
            // Before the first look at anything: what changes meanwhile is told.
            feed: Feed::Products(self.db().product_changes().subscribe(Wanted::All)),
            document: flat,
        };
        self.directory
            .resolve(
                self.db(),
                self.view(OperationType::Subscription, context.caller.viewer, false).as_ref(),
                context.channel.as_deref(),
            )
            .await
            .map_err(|cause| Box::new(without_channel(cause, context)))?;
        let wanted = Arc::new(Cause::Beginning(Mutex::new(None)));
        let first = self.schema.execute_stream(stream.request().data(SharedCause(Arc::clone(&wanted)))).next().await;
        if let Some(mut response) = first {
            for error in &mut response.errors {
                finish(error, context);
            }
            return Err(Box::new(stream.outcome(response, false, 0)));
        }
        let Cause::Beginning(wanted) = &*wanted else {
            return Err(refuse(Code::Internal, INTERNAL.to_owned(), context));
        };
        let Some(topic) = wanted.lock().take() else {
            return Err(refuse(Code::Internal, INTERNAL.to_owned(), context));
        };
        stream.feed = stream.feed.on(topic, self.db());
        if let Some(operation) = stream.document.operations.iter().find_map(|(name, operation)| {
            let is_chosen = name.is_none() || name.map(|name| name.as_str()) == stream.operation_name.as_deref();
            is_chosen.then_some(&operation.node)
        }) {
            stream.plan = plan(&self.types, &stream.document, operation, Some(&stream.variables)).plan;
        }
        Ok(stream)
    }
}

const INTERNAL: &str = "internal error: report the trace id if it lasts";
const MISSED: &str = "changes were missed, because the client was too slow or the database was away: read again what you show, and \
     subscribe again";

impl EventStream {
    /// Name of the operation that was chosen.
    pub fn operation_name(&self) -> Option<&str> {
        self.operation_name.as_deref()
    }

    /// Waits for the next event. An error ends the subscription, and is its last answer. Dropping the future loses
    /// nothing.
    pub async fn changed(&mut self, context: &RequestContext) -> Result<Event, Box<Outcome>> {
        self.feed.next(self.engine.db()).await.map_err(|_| {
            let refused = *refuse(Code::Unavailable, MISSED.to_owned(), context);
            let (operation_name, operation_type) = (self.operation_name.clone(), "subscription");
            Box::new(Outcome { operation_name, operation_type, cost: self.cost, ..refused })
        })
    }

    /// Runs the operation for an event. `None`: this channel tells nobody of it. The context is that of the event: its
    /// time, its ids.
    pub fn execute<'a>(&'a mut self, event: Event, context: &'a RequestContext) -> BoxFuture<'a, Option<Outcome>> {
        async move {
            let outcome = self.answer(event, context).await;
            self.feed.ran(outcome.as_ref().is_some_and(|outcome| outcome.error_code.is_none()));
            outcome
        }
        .boxed()
    }

    /// How long to wait before the next event is asked for.
    pub fn rest(&self) -> Duration {
        self.feed.rest()
    }

    async fn answer(&self, event: Event, context: &RequestContext) -> Option<Outcome> {
        let started = Instant::now();
        let resolving = context.explain.then(|| Arc::new(OnceLock::new()));
        let frontier = self.engine.frontier();
        let (view, lookups) = (
            self.engine.view(OperationType::Subscription, context.caller.viewer, false),
            Lookups::new(context.explain),
        );
        let run = async {
            let db = self.engine.db().pipelined();
            if let Some(view) = &view
                && let Err(cause) = view.fence(Mode::Strict).await
            {
                // Types that may be shown unverified still are.
                tracing::debug!(%cause, "an event could not wait for the log");
            }
            let channel = self.engine.directory.resolve(&db, view.as_ref(), context.channel.as_deref()).await?;
            let scope = Scope::new(channel.row.id, context.now);
            let (view, lookups, boundary) = (view.clone(), lookups.clone(), Boundary::new(&self.engine.looks));
            let source = Source { db, scope, columns: self.columns, view, boundary, lookups };
            let loaders = Loaders::new(frontier.clone(), source);
            let resolving = resolving.clone();
            let cause = SharedCause(Arc::new(self.feed.cause(event)));
            let mut request = self.request().data(cause).data(RequestCtx {
                channel,
                scope,
                loaders,
                caller: Arc::clone(&context.caller),
                effects: Arc::default(),
                keyed: None,
                db: self.engine.db().clone(),
                cache: self.engine.cache().cloned(),
                commerce: Arc::clone(&self.engine.commerce),
                resolving,
            });
            if self.is_rendered {
                let (types, is_direct) = (Arc::clone(&self.engine.types), self.is_direct);
                let (frontier, has_failed) = (frontier.clone(), AtomicBool::new(false));
                request = request.data(Rendering { types, is_direct, frontier, objects: None, has_failed });
            }
            let mut answers = self.engine.schema.execute_stream(request);
            Ok(frontier.run(answers.next()).await)
        };
        let (result, statements) = statements::record(context.explain, run).await;
        let mut response = match result {
            Ok(response) => response?,
            Err(no_channel) => {
                let (operation_name, operation_type) = (self.operation_name.clone(), "subscription");
                let (statements, cost) = (statements.count, self.cost);
                let refused = without_channel(no_channel, context);
                return Some(Outcome { operation_name, operation_type, statements, cost, ..refused });
            }
        };
        let count = statements.count;
        let ran = Ran { started, parsed: started, resolving, frontier, statements, cost: self.cost, lookups };
        ran.conclude(&mut response, &self.plan, self.is_rendered, context);
        Some(self.outcome(response, true, count))
    }

    fn request(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone());
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(self.document.clone());
        request
    }

    fn outcome(&self, response: Response, executed: bool, statements: usize) -> Outcome {
        let error_code = response.errors.first().and_then(code_of);
        Outcome {
            caching: Caching::none(),
            executed,
            method_not_allowed: false,
            operation_name: self.operation_name.clone(),
            operation_type: "subscription",
            statements,
            cost: self.cost,
            error_code,
            limit: None,
            session: None,
            replayed: false,
            kept: None,
            response,
        }
    }
}
