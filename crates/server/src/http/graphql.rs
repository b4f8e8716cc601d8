//! `/graphql`: reads the request, runs it within its time, writes the answer.
use super::{Exchange, Site, body, compress::Encoding, failure::Failure, negotiate::Media, params, reply};
use axum::body::Body;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{HeaderMap, HeaderValue},
    http::request::Parts,
};
use std::time::Instant;
use tradewind_graphql::{Code, GraphqlRequest, Outcome, RequestContext};

/// What log, metrics and spans want to know of an operation.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    pub(crate) name: Option<String>,
    pub(crate) kind: &'static str,
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

/// Answers a GET or POST of `/graphql`.
pub(super) async fn answer(
    site: &Site,
    exchange: &mut Exchange,
    media: Media,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    let (parts, incoming) = request.into_parts();
    let queries_only = parts.method == Method::GET;
    let request = if queries_only {
        params::from_query_string(parts.uri.query().unwrap_or_default())?
    } else {
        body::require_json(&parts.headers)?;
        let bytes = body::read(incoming, site.http.body_limit, site.http.read_timeout).await?;
        params::from_json(&bytes)?
    };
    let asked = wants(&parts.headers, "tradewind-explain") && site.graphql.explain;
    let context = context(site, exchange, &parts, queries_only, asked || exchange.traced)?;
    let began = exchange.micros();
    let outcome = execute(site, request, context).await;
    let outcome = outcome.map_err(|late| timed_out(exchange, media, began, &late))?;
    write(site, exchange, media, &parts, outcome, Asked { began, explain: asked })
}

struct Asked {
    began: u64,
    explain: bool,
}

fn context(
    site: &Site,
    exchange: &Exchange,
    parts: &Parts,
    queries_only: bool,
    explain: bool,
) -> Result<RequestContext, Failure> {
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
        cost: wants(&parts.headers, "tradewind-cost"),
        queries_only,
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
    limit: std::time::Duration,
}

fn timed_out(exchange: &mut Exchange, media: Media, began: u64, late: &TooLong) -> Failure {
    exchange.operation = Some(Operation {
        name: late.name.clone(),
        kind: "unknown",
        error_code: Some(Code::Timeout.as_str()),
        began,
        ended: exchange.micros(),
        ..Operation::default()
    });
    Failure {
        // A client of plain JSON takes any other status for a broken server and drops the error's code.
        status: if media == Media::Json { StatusCode::OK } else { StatusCode::GATEWAY_TIMEOUT },
        code: Code::Timeout.as_str(),
        reason: "execution_timeout",
        message: format!("the operation took longer than {:?}: ask for less, or narrow it with a filter", late.limit)
            .into(),
        allow: None,
    }
}

fn write(
    site: &Site,
    exchange: &mut Exchange,
    media: Media,
    parts: &Parts,
    mut outcome: Outcome,
    asked: Asked,
) -> Result<Response<Body>, Failure> {
    let extensions = &mut outcome.response.extensions;
    let explain = if asked.explain { extensions.get("explain").cloned() } else { extensions.remove("explain") };
    let rejected = (!outcome.executed).then(|| outcome.limit.or(outcome.error_code).unwrap_or("unknown"));
    let body = reply::json(&outcome);
    exchange.operation = Some(Operation {
        name: outcome.operation_name,
        kind: outcome.operation_type,
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
    Ok(reply::graphql(reply::STATUS.of(media, outcome.executed), media, body, encoding))
}

fn wants(headers: &HeaderMap, name: &str) -> bool {
    headers.get(name).is_some_and(|value| value == "1")
}

/// Microseconds since `started`.
pub(super) fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}
