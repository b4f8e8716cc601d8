//! `/graphql`: reads the request, runs it within its time, writes the answer.
use super::{
    Exchange, Site, body, compress::Encoding, csrf, failure::Failure, negotiate::Media, params, params::Asked, reply,
    route::DOCUMENT, status::STATUS,
};
use crate::persisted::{Found, NotFound, Origin};
use axum::body::Body;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{HeaderMap, HeaderValue},
    http::request::Parts,
};
use std::time::{Duration, Instant};
use tradewind_graphql::{Code, GraphqlRequest, Outcome, RequestContext};

/// What log, metrics and spans want to know of an operation.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    pub(crate) name: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) origin: Origin,
    pub(crate) statements: usize,
    pub(crate) error_code: Option<&'static str>,
    /// Why nothing ran.
    pub(crate) rejected: Option<&'static str>,
    /// Microseconds from the start of the request.
    pub(crate) began: u64,
    /// Microseconds from the start of the request.
    pub(crate) ended: u64,
    /// `extensions.explain`, kept for spans.
    pub(crate) explain: Option<async_graphql::Value>,
}

/// Answers a GET or POST of `/graphql`, and a GET of `/graphql/d/<id>`.
pub(super) async fn answer(
    site: &Site,
    exchange: &mut Exchange,
    media: Media,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    let (parts, incoming) = request.into_parts();
    let Asked { document, operation_name, variables } = read(site, &parts, incoming).await?;
    let found = site.persisted.find(document).await.map_err(|cause| not_found(cause, &parts))?;
    let Found { text, origin, register } = found;
    let register = register.map(|hash| (hash, text.as_str().into()));
    let request = GraphqlRequest { query: text, operation_name, variables };
    let explain = wants_explain(&parts.headers) && site.graphql.explain;
    let context = context(site, exchange, &parts, explain || exchange.traced)?;
    let asked = Told { began: exchange.micros(), explain, origin };
    let outcome = execute(site, request, context).await.map_err(|late| timed_out(exchange, &asked, late))?;
    if let Some((hash, text)) = register.filter(|_| outcome.executed) {
        site.persisted.register(hash, text).await;
    }
    write(site, exchange, media, &parts, outcome, &asked)
}

async fn read(site: &Site, parts: &Parts, incoming: Incoming) -> Result<Asked, Failure> {
    if parts.method != Method::GET {
        body::require_json(&parts.headers)?;
        let bytes = body::read(incoming, site.http.body_limit, site.http.read_timeout).await?;
        return params::from_json(&bytes);
    }
    if site.http.csrf_prevention {
        csrf::require_preflight(&parts.headers)?;
    }
    let query = parts.uri.query().unwrap_or_default();
    match document_of(parts) {
        Some(id) => params::of_document(id, query),
        None => params::from_query_string(query),
    }
}

fn document_of(parts: &Parts) -> Option<&str> {
    parts.uri.path().strip_prefix(DOCUMENT)
}

/// A document that the path names is absent as any other page is.
fn not_found(cause: NotFound, parts: &Parts) -> Failure {
    let is_page = matches!(cause, NotFound::Id(_)) && document_of(parts).is_some();
    let failure = Failure::document(cause);
    if is_page { Failure { status: Some(StatusCode::NOT_FOUND), ..failure } } else { failure }
}

/// What is known of an operation before it runs.
struct Told {
    /// Microseconds from the start of the request.
    began: u64,
    explain: bool,
    origin: Origin,
}

fn context(site: &Site, exchange: &Exchange, parts: &Parts, explain: bool) -> Result<RequestContext, Failure> {
    let channel = match parts.headers.get("tradewind-channel").map(HeaderValue::to_str) {
        None => None,
        Some(Ok(channel)) => Some(channel.to_owned()),
        Some(Err(_)) => {
            return Err(Failure::malformed("the header Tradewind-Channel has characters that no channel has"));
        }
    };
    Ok(RequestContext {
        channel,
        explain,
        queries_only: parts.method == Method::GET,
        now: (site.clock)(),
        request_id: exchange.ids.request_id().to_owned(),
        trace_id: exchange.ids.trace_id().as_str().to_owned(),
    })
}

async fn execute(site: &Site, request: GraphqlRequest, context: RequestContext) -> Result<Outcome, TooLong> {
    let name = request.operation_name.clone();
    let limit = site.graphql.execution_timeout;
    let run = async {
        // Never closed. Each operation under way holds its rows and its answer in memory: as many as the database can
        // serve are faster than all at once.
        let _turn = site.turns.acquire().await;
        site.engine.execute(request, context).await
    };
    tokio::time::timeout(limit, run).await.map_err(|_| TooLong { name, limit })
}

struct TooLong {
    name: Option<String>,
    limit: Duration,
}

fn timed_out(exchange: &mut Exchange, asked: &Told, late: TooLong) -> Failure {
    exchange.operation = Some(Operation {
        name: late.name,
        kind: "unknown",
        origin: asked.origin,
        error_code: Some(Code::Timeout.as_str()),
        began: asked.began,
        ended: exchange.micros(),
        ..Operation::default()
    });
    Failure::too_slow(late.limit)
}

fn write(
    site: &Site,
    exchange: &mut Exchange,
    media: Media,
    parts: &Parts,
    mut outcome: Outcome,
    asked: &Told,
) -> Result<Response<Body>, Failure> {
    let extensions = &mut outcome.response.extensions;
    let explain = if asked.explain { extensions.get("explain").cloned() } else { extensions.remove("explain") };
    let rejected = (!outcome.executed).then(|| outcome.limit.or(outcome.error_code).unwrap_or("unknown"));
    let body = reply::json(&outcome);
    exchange.operation = Some(Operation {
        name: outcome.operation_name,
        kind: outcome.operation_type,
        origin: asked.origin,
        statements: outcome.statements,
        error_code: outcome.error_code,
        rejected,
        began: asked.began,
        ended: exchange.micros(),
        explain: explain.filter(|_| exchange.traced),
    });
    if outcome.method_not_allowed {
        return Err(Failure::method("POST"));
    }
    let wanted = site.http.compress_from.is_some_and(|least| body.len() >= least);
    let encoding = wanted.then(|| Encoding::negotiate(&parts.headers)).flatten();
    let refused = (!outcome.executed).then(|| outcome.error_code.unwrap_or_default());
    Ok(reply::graphql(STATUS.of(media, refused), media, body, encoding))
}

fn wants_explain(headers: &HeaderMap) -> bool {
    headers.get("tradewind-explain").is_some_and(|value| value == "1")
}

/// Microseconds since `started`.
pub(super) fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}
