//! One operation as a stream of answers, whatever the transport.
use super::{
    super::{
        Ids, Site,
        credentials::{Credentials, check_still},
        failure::{BUSY, Failure},
        graphql::micros_since,
        lane,
    },
    record::Record,
};
use futures_util::{FutureExt, Stream, stream};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};
use tokio::{
    sync::Mutex as AsyncMutex,
    task::JoinSet,
    time::{Instant as Moment, error::Elapsed, sleep_until},
};
use tradewind_graphql::{Code, Event, EventStream, GraphqlRequest, Outcome, Prepared, RequestContext};
use tradewind_persistence::write::idempotency::IdempotencyKey;

/// What an operation says to its client.
#[derive(Debug)]
pub(in crate::http) enum Answer {
    /// A result; others may follow.
    Next(Outcome),
    /// The request was refused, or the operation cannot go on: the last answer.
    Refused(Outcome),
}

/// Who asks, and what goes for all events.
#[derive(Clone, Debug)]
pub(in crate::http) struct Caller {
    /// Label of metrics and logs.
    pub(in crate::http) transport: &'static str,
    pub(in crate::http) channel: Option<String>,
    pub(in crate::http) explain: bool,
    pub(in crate::http) queries_only: bool,
    pub(in crate::http) caller: Arc<tradewind_graphql::Caller>,
    pub(in crate::http) ids: Ids,
}

impl Caller {
    /// The context of what runs now.
    pub(in crate::http) fn context(&self, site: &Site) -> RequestContext {
        RequestContext {
            channel: self.channel.clone(),
            explain: self.explain,
            cost: false,
            caller: Arc::clone(&self.caller),
            queries_only: self.queries_only,
            whole: false,
            now: (site.clock)(),
            request_id: self.ids.request_id().to_owned(),
            trace_id: self.ids.trace_id().as_str().to_owned(),
        }
    }
}

/// A subscription under way. The run of an event holds it too, and may be given up: there is never a second one.
pub(in crate::http) type Live = Arc<AsyncMutex<EventStream>>;

/// How far an operation is.
pub(in crate::http) enum Work {
    /// To be read.
    Request(Box<Sent>),
    /// To be run once.
    Prepared(Box<Prepared>),
    /// To be told of events.
    Live(Live),
    /// Nothing runs.
    Refused(Box<Outcome>),
}

/// A request over a socket, which said who it is when it was opened.
pub(in crate::http) struct Sent {
    pub(in crate::http) request: GraphqlRequest,
    pub(in crate::http) credentials: Arc<Credentials>,
    pub(in crate::http) key: Option<IdempotencyKey>,
}

impl Work {
    /// A subscription that has begun.
    pub(in crate::http) fn live(stream: EventStream) -> Self {
        Self::Live(Arc::new(AsyncMutex::new(stream)))
    }
}

struct Operation {
    site: Arc<Site>,
    caller: Caller,
    work: Option<Work>,
    /// Until when no event is asked for.
    rests: Moment,
    record: Record,
}

/// Runs the operation; dropped, it stops. The answers are made one at a time, when they are asked for: what happens
/// meanwhile is told by one event per product. The record of the operation is written when the stream goes.
pub(in crate::http) fn answers(
    site: Arc<Site>,
    work: Work,
    caller: Caller,
) -> impl Stream<Item = Answer> + Send + 'static {
    let record = Record::begin(&site, &caller);
    let operation = Operation { site, caller, work: Some(work), rests: Moment::now(), record };
    stream::unfold(operation, |mut operation| async move {
        let answer = AssertUnwindSafe(operation.next()).catch_unwind().await;
        // Without its work it is over after this answer.
        let answer = answer.unwrap_or_else(|_| Some(Answer::Refused(operation.failed())))?;
        operation.record.note(&answer);
        Some((answer, operation))
    })
}

/// A resolver panicked.
struct Panicked;

/// Runs beside whoever waits for it: while a slow client keeps its socket from being served, what runs holds a turn and
/// a connection of the database, and must go on. Given up with the future.
async fn beside<T: Send + 'static>(run: impl Future<Output = T> + Send + 'static) -> Result<T, Panicked> {
    let mut running = JoinSet::new();
    running.spawn(run);
    running.join_next().await.and_then(Result::ok).ok_or(Panicked)
}

/// The outcome, and how many microseconds it took from its turn on.
async fn run_event(
    site: Arc<Site>,
    caller: Caller,
    stream: Live,
    event: Event,
) -> (Result<Option<Outcome>, Elapsed>, u64) {
    // Many events may wait, however long: an operation's time begins when it is let in.
    let _event_turn = site.event_turns.acquire().await;
    let began = Instant::now();
    let run = async {
        let _turn = site.turns.enter_in_any_case().await;
        // The time of the event, not that of the wait for it.
        let context = caller.context(&site);
        stream.lock().await.execute(event, &context).await
    };
    (tokio::time::timeout(site.graphql.execution_timeout, run).await, micros_since(began))
}

impl Operation {
    async fn next(&mut self) -> Option<Answer> {
        match self.work.take()? {
            Work::Refused(outcome) => Some(Answer::Refused(*outcome)),
            Work::Live(stream) => self.event(stream).await,
            Work::Prepared(prepared) => Some(self.once(*prepared).await),
            Work::Request(sent) => self.begin(*sent).await,
        }
    }

    /// Who asks is looked up each time: a session that has ended since lets nothing more run.
    async fn begin(&mut self, Sent { request, credentials, key }: Sent) -> Option<Answer> {
        let caller = match credentials.caller(&self.site, &self.caller.ids).await {
            Ok(caller) => caller,
            Err(failure) => return Some(self.without_viewer(failure)),
        };
        let (idempotency_key, is_without_cookies) = (key, true);
        self.caller.caller = Arc::new(tradewind_graphql::Caller { idempotency_key, is_without_cookies, ..caller });
        let context = self.caller.context(&self.site);
        let prepared = match lane::prepare(&self.site, request, &context).await {
            Ok(prepared) if prepared.is_subscription() => prepared,
            Ok(prepared) => return Some(self.once(prepared).await),
            Err(refused) => return Some(Answer::Refused(*refused)),
        };
        match self.site.engine.subscribe(prepared, &context).await {
            Ok(stream) => self.event(Arc::new(AsyncMutex::new(stream))).await,
            Err(refused) => Some(Answer::Refused(*refused)),
        }
    }

    /// A query or mutation.
    async fn once(&self, prepared: Prepared) -> Answer {
        let (site, context) = (Arc::clone(&self.site), self.caller.context(&self.site));
        let run = async move {
            let run = async {
                let Ok(_turn) = site.turns.enter().await else { return None };
                Some(site.engine.run(prepared, context).await)
            };
            tokio::time::timeout(site.graphql.execution_timeout, run).await
        };
        match beside(run).await {
            Ok(Ok(Some(outcome))) if outcome.executed => Answer::Next(outcome),
            Ok(Ok(Some(outcome))) => Answer::Refused(outcome),
            Ok(Ok(None)) => Answer::Refused(self.busy()),
            Ok(Err(_)) => Answer::Refused(self.too_long()),
            Err(Panicked) => Answer::Refused(self.failed()),
        }
    }

    async fn event(&mut self, stream: Live) -> Option<Answer> {
        self.record.is_live(stream.lock().await.operation_name());
        loop {
            let context = self.caller.context(&self.site);
            let rests = self.rests;
            let changed = async {
                sleep_until(rests).await;
                stream.lock().await.changed(&context).await
            };
            let changed = match self.record.ends(self.site.stream.subscription_max_duration) {
                Some(end) => tokio::time::timeout_at(end, changed).await.ok()?,
                None => changed.await,
            };
            let event = match changed {
                Ok(event) => event,
                Err(missed) => return Some(Answer::Refused(*missed)),
            };
            if let Err(failure) = check_still(&self.site, &self.caller.ids, &self.caller.caller).await {
                return Some(self.without_viewer(failure));
            }
            let run = run_event(Arc::clone(&self.site), self.caller.clone(), Arc::clone(&stream), event);
            let Ok((ran, micros)) = beside(run).await else { return Some(Answer::Refused(self.failed())) };
            self.record.ran(micros);
            self.rests = Moment::now() + stream.lock().await.rest();
            let outcome = match ran {
                Ok(None) => continue,
                Ok(Some(outcome)) => outcome,
                Err(_) => Outcome { executed: true, ..self.too_long() },
            };
            self.work = Some(Work::Live(stream));
            return Some(Answer::Next(outcome));
        }
    }

    fn without_viewer(&self, failure: Failure) -> Answer {
        Answer::Refused(Outcome::refused(
            failure.code,
            failure.message.into_owned(),
            self.caller.ids.trace_id().as_str(),
        ))
    }

    fn failed(&self) -> Outcome {
        self.refused(Code::Internal, "internal error: report the trace id if it lasts".to_owned())
    }

    fn busy(&self) -> Outcome {
        Outcome { limit: Some("operations"), ..self.refused(Code::Unavailable, BUSY.to_owned()) }
    }

    fn too_long(&self) -> Outcome {
        let limit = self.site.graphql.execution_timeout;
        let message = format!("the operation took longer than {limit:?}: ask for less, or narrow it with a filter");
        Outcome { limit: Some("execution_timeout"), ..self.refused(Code::Timeout, message) }
    }

    fn refused(&self, code: Code, message: String) -> Outcome {
        Outcome::refused(code, message, self.caller.ids.trace_id().as_str())
    }
}
