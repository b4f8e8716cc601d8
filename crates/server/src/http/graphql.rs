//! `/graphql`: reads the request, runs it within its time, writes the answer.
use super::{
    Exchange, Ids, Site,
    answers::{Answer, Fresh, Question, cache_control},
    body,
    compress::Encoding,
    connection::micros,
    credentials, csrf, etag,
    failure::Failure,
    lane,
    negotiate::Media,
    params::{self, Asked},
    reply,
    route::DOCUMENT,
    status::STATUS,
    stream::{Caller, Format, Work, accepted, answers, client_address, respond},
    turn,
};
use crate::persisted::{DocumentHash, Found, NotFound, Origin};
use axum::body::Body;
use bytes::Bytes;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{ETAG, HeaderMap, HeaderName, HeaderValue, SET_COOKIE},
    http::request::Parts,
};
use std::{net::IpAddr, sync::Arc, time::Instant};
use tradewind_graphql::{GraphqlRequest, Outcome, Prepared, RequestContext};

/// Asks for `extensions.explain`.
pub(super) const EXPLAIN: HeaderName = HeaderName::from_static("tradewind-explain");
/// Asks for `extensions.cost`.
const COST: HeaderName = HeaderName::from_static("tradewind-cost");
const CHANNEL: HeaderName = HeaderName::from_static("tradewind-channel");

/// What log, metrics and spans want to know of an operation.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    pub(crate) name: Option<Arc<str>>,
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

/// Answers a GET or POST of `/graphql`, and a GET of `/graphql/d/<id>`: with one answer, or with a stream where the
/// client takes one. A client that also takes JSON gets a stream only of what is one: urql accepts everything for
/// everything.
pub(super) async fn answer(
    site: &Arc<Site>,
    exchange: &mut Exchange,
    media: Option<Media>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    let format = accepted(request.headers());
    if media.is_none() && format.is_none() {
        return Err(Failure::not_acceptable());
    }
    let address = client_address(request.headers(), exchange.peer, site.stream.client_address_header.as_ref());
    let (parts, incoming) = request.into_parts();
    let channel = channel(&parts.headers)?;
    let bytes = read(site, &parts, incoming).await?;
    let may_be_kept = may_be_kept(site, exchange, &parts);
    if let (true, Some(media), Some(answers)) = (may_be_kept, media, &site.answers)
        && let Some(fresh) = answers.get(&question(&parts, &bytes, channel.as_deref())).await
    {
        return Ok(again(site, exchange, media, &parts, &fresh));
    }
    let received = Received { parts, bytes, address, channel, media, format, may_be_kept };
    // What runs an operation has a future of several KiB, and whoever holds it is moved a few times: a kept answer, which
    // takes some microseconds, shall not pay for that.
    Box::pin(execute(site, exchange, received)).await
}

/// A request, read.
struct Received {
    parts: Parts,
    bytes: Bytes,
    address: IpAddr,
    channel: Option<String>,
    /// As one answer, where the client takes one.
    media: Option<Media>,
    /// As a stream, where the client takes one.
    format: Option<Format>,
    /// Its answer may be.
    may_be_kept: bool,
}

/// Runs the operation, or begins its stream.
async fn execute(
    site: &Arc<Site>,
    exchange: &mut Exchange,
    Received { parts, bytes, address, channel, media, format, may_be_kept }: Received,
) -> Result<Response<Body>, Failure> {
    let queries_only = parts.method == Method::GET;
    let asked = parse(&parts, &bytes)?;
    let (request, register) = find(site, asked).await.map_err(|cause| not_found(cause, &parts, &exchange.ids))?;
    let explain = wants(&parts.headers, &EXPLAIN) && site.graphql.explain;
    let caller = Arc::new(credentials::caller(site, &exchange.ids, &parts.headers, address).await?);
    let context = RequestContext {
        channel: channel.clone(),
        explain: explain || exchange.traced,
        cost: wants(&parts.headers, &COST),
        caller: Arc::clone(&caller),
        queries_only,
        // A GET is told it as `Surrogate-Key`.
        whole: may_be_kept || queries_only,
        now: (site.clock)(),
        request_id: exchange.ids.request_id().to_owned(),
        trace_id: exchange.ids.trace_id().as_str().to_owned(),
    };
    let began = exchange.micros();
    let mut prepared = lane::prepare(site, request, &context).await;
    if let Some(format) = format {
        match stream_of(site, prepared, media, &context).await {
            Ok(Work::Refused(refused)) if refused.method_not_allowed => return Err(Failure::method("POST")),
            Ok(work) => {
                let ids = exchange.ids.clone();
                let caller = Arc::new(tradewind_graphql::Caller { is_without_cookies: true, ..(*caller).clone() });
                let caller = Caller { transport: format.name(), channel, explain, queries_only, caller, ids };
                let slot = site.slots.take(address)?;
                return Ok(respond(site, format, slot, answers(Arc::clone(site), work, caller)));
            }
            Err(one) => prepared = one,
        }
    }
    let media = media.unwrap_or(Media::Json);
    let outcome = match prepared {
        Ok(prepared) => {
            turn::run(site, prepared, context).await.map_err(|stopped| stopped.failure(site, exchange, began))?
        }
        Err(refused) => *refused,
    };
    if let Some((hash, text)) = register.filter(|_| outcome.executed)
        && let Err(error) = site.persisted.register(hash, text).await
    {
        let (request_id, trace_id) = (exchange.ids.request_id(), exchange.ids.trace_id());
        tracing::warn!(request_id, trace_id = trace_id.as_str(), %error, %hash, "a persisted query is not kept");
    }
    let question = may_be_kept.then(|| question(&parts, &bytes, channel.as_deref()));
    write(site, exchange, media, &parts, outcome, Told { began, explain, question })
}

/// The body; a GET has none.
async fn read(site: &Site, parts: &Parts, incoming: Incoming) -> Result<Bytes, Failure> {
    if parts.method != Method::GET {
        body::require_json(&parts.headers)?;
        return body::read(incoming, site.http.body_limit, site.http.read_timeout).await;
    }
    if site.http.csrf_prevention {
        csrf::require_preflight(&parts.headers)?;
    }
    Ok(Bytes::new())
}

/// Whether an answer may be one that was kept, and be kept; this request may want to be run.
fn may_be_kept(site: &Site, exchange: &Exchange, parts: &Parts) -> bool {
    let wants_run = exchange.traced || [EXPLAIN, COST].iter().any(|name| wants(&parts.headers, name));
    site.answers.is_some() && !wants_run && !credentials::has_any(&parts.headers, &site.shop)
}

fn question<'r>(parts: &'r Parts, body: &'r [u8], channel: Option<&'r str>) -> Question<'r> {
    let path_and_query = parts.uri.path_and_query().map_or("", |path| path.as_str());
    Question { path_and_query, channel, body }
}

fn parse(parts: &Parts, body: &[u8]) -> Result<Asked, Failure> {
    if parts.method != Method::GET {
        return params::from_json(body);
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

/// Puts the document in, and says under which hash it is to be kept once it has turned out valid.
pub(super) async fn find(
    site: &Site,
    asked: Asked,
) -> Result<(GraphqlRequest, Option<(DocumentHash, Arc<str>)>), NotFound> {
    let Asked { document, operation_name, variables } = asked;
    let Found { text, origin, register } = site.persisted.find(document).await?;
    site.metrics.document(origin);
    let register = register.map(|hash| (hash, text.as_str().into()));
    Ok((GraphqlRequest { query: text, operation_name, variables }, register))
}

/// A document that the path names is absent as any other page is.
fn not_found(cause: NotFound, parts: &Parts, ids: &Ids) -> Failure {
    let is_page = matches!(cause, NotFound::Id(_)) && document_of(parts).is_some();
    let failure = Failure::document(cause, ids);
    if is_page { Failure { status: Some(StatusCode::NOT_FOUND), ..failure } } else { failure }
}

/// What a stream is made of; an error has what one answer is made of, where that is better.
async fn stream_of(
    site: &Site,
    prepared: Result<Prepared, Box<Outcome>>,
    media: Option<Media>,
    context: &RequestContext,
) -> Result<Work, Result<Prepared, Box<Outcome>>> {
    let one = match prepared {
        Ok(prepared) if prepared.is_subscription() => match site.engine.subscribe(prepared, context).await {
            Ok(stream) => return Ok(Work::live(stream)),
            Err(refused) => Err(refused),
        },
        other => other,
    };
    match one {
        one if media.is_some() => Err(one),
        Ok(prepared) => Ok(Work::Prepared(Box::new(prepared))),
        Err(refused) => Ok(Work::Refused(refused)),
    }
}

/// What is known of an operation before it runs.
struct Told<'r> {
    /// Microseconds from the start of the request.
    began: u64,
    explain: bool,
    /// To which the answer may be kept.
    question: Option<Question<'r>>,
}

/// The header `Tradewind-Channel`.
pub(super) fn channel(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    match headers.get(CHANNEL).map(HeaderValue::to_str) {
        None => Ok(None),
        Some(Ok(channel)) => Ok(Some(channel.to_owned())),
        Some(Err(_)) => Err(Failure::malformed("the header Tradewind-Channel has characters that no channel has")),
    }
}

fn write(
    site: &Site,
    exchange: &mut Exchange,
    media: Media,
    parts: &Parts,
    mut outcome: Outcome,
    asked: Told<'_>,
) -> Result<Response<Body>, Failure> {
    let extensions = &mut outcome.response.extensions;
    let explain = if asked.explain { extensions.get("explain").cloned() } else { extensions.remove("explain") };
    let operation_name: Option<Arc<str>> = outcome.operation_name.take().map(Into::into);
    let rejected = (!outcome.executed).then(|| outcome.limit.or(outcome.error_code).unwrap_or("unknown"));
    let body = Bytes::from(reply::json(&outcome));
    exchange.operation = Some(Operation {
        name: operation_name.clone(),
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
    let refused = (!outcome.executed).then(|| outcome.error_code.unwrap_or_default());
    let (status, encoding) = (STATUS.of(media, refused), encoding(site, parts, &body));
    let (left, is_public) = (outcome.caching.max_age(), outcome.caching.is_public());
    let is_get = parts.method == Method::GET;
    let hash = (is_get && left.is_some()).then(|| etag::hash_of(&body));
    let keys = (is_get && is_public).then(|| outcome.caching.surrogate_key()).flatten();
    let surrogate_key = keys.and_then(|keys| HeaderValue::try_from(keys).ok());
    if let (Some(question), Some(answers)) = (asked.question, &site.answers)
        && let Some(answer) = Answer::new(outcome.caching, operation_name, &body, hash, surrogate_key.as_ref())
    {
        answers.keep(question, answer);
    }
    let kept = cache_control(left, is_public, site.edge_max_age);
    let tag = |sent: Option<Encoding>| hash.and_then(|hash| etag::tag(hash, sent));
    if let Some(tag) = tag(encoding).filter(|tag| etag::names(&parts.headers, tag)) {
        return Ok(not_modified(media, tag, kept));
    }
    let (mut response, sent) = reply::graphql(status, media, body, encoding, kept);
    let headers = response.headers_mut();
    if let Some(change) = &outcome.session {
        let had_cookie = credentials::has_cookie(&parts.headers, &site.shop);
        headers.extend(
            credentials::set_cookie(change, &site.shop, (site.clock)(), had_cookie).map(|cookie| (SET_COOKIE, cookie)),
        );
    }
    if outcome.replayed {
        headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    headers.extend(tag(sent).map(|tag| (ETAG, tag)));
    headers.extend(surrogate_key.map(|keys| (SURROGATE_KEY, keys)));
    Ok(response)
}

const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");

fn encoding(site: &Site, parts: &Parts, body: &[u8]) -> Option<Encoding> {
    let wanted = site.http.compress_from.is_some_and(|least| body.len() >= least);
    wanted.then(|| Encoding::negotiate(&parts.headers)).flatten()
}

fn not_modified(media: Media, tag: HeaderValue, kept: HeaderValue) -> Response<Body> {
    let mut response = reply::encoded(StatusCode::NOT_MODIFIED, media, Bytes::new(), None, kept);
    response.headers_mut().insert(ETAG, tag);
    response
}

/// Sends an answer that was kept.
fn again(
    site: &Site,
    exchange: &mut Exchange,
    media: Media,
    parts: &Parts,
    Fresh { answer, left }: &Fresh,
) -> Response<Body> {
    site.metrics.document(Origin::Kept);
    // It took no time.
    let name = answer.operation_name.clone();
    exchange.operation = Some(Operation { name, kind: "query", ..Operation::default() });
    let chosen = answer.representation(encoding(site, parts, answer.body()));
    let kept = cache_control(Some(*left), true, site.edge_max_age);
    let tag = match chosen.etag.clone() {
        Some(tag) if etag::names(&parts.headers, &tag) => return not_modified(media, tag, kept),
        tag => tag,
    };
    let mut response = reply::encoded(StatusCode::OK, media, chosen.body.clone(), chosen.encoding, kept);
    let headers = response.headers_mut();
    if let Some(tag) = tag {
        headers.insert(ETAG, tag);
    }
    if let Some(keys) = answer.surrogate_key.clone() {
        headers.insert(SURROGATE_KEY, keys);
    }
    response
}

pub(super) fn wants(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get(name).is_some_and(|value| value == "1")
}

/// Microseconds since `started`.
pub(super) fn micros_since(started: Instant) -> u64 {
    micros(started.elapsed())
}
