//! The HTTP layer: one function per request, no middleware. Order: ids, route, answer (panics caught), metrics, log, span,
//! headers.
mod access;
mod answers;
mod body;
mod compress;
mod connection;
mod cors;
mod credentials;
mod csrf;
mod etag;
mod failure;
mod graphql;
mod head;
mod health;
mod ids;
mod lane;
mod listen;
mod negotiate;
mod params;
mod payment_webhook;
mod query_string;
mod reply;
mod route;
mod sdl;
mod socket;
mod status;
mod stream;
mod turn;

pub(crate) use access::AccessLog;
pub(crate) use answers::Answers;
pub(crate) use connection::Patience;
pub(crate) use graphql::Operation;
pub(crate) use health::Health;
pub(crate) use ids::Ids;
pub(crate) use lane::Lane;
pub(crate) use listen::{Limits, listen};
pub(crate) use sdl::Sdl;
pub(crate) use stream::Slots;

use crate::{
    config::{GraphqlConfig, HttpConfig, ShopConfig, StreamConfig},
    metrics::Metrics,
    persisted::Persisted,
    telemetry::Tracer,
};
use axum::body::Body;
use chrono::{DateTime, Utc};
use failure::Failure;
use futures_util::FutureExt;
use hyper::{Method, Request, Response, StatusCode, Version, body::Incoming, header::HeaderName};
use negotiate::{Media, negotiate};
use route::Route;
use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc, time::Instant};
use tower::ServiceExt;
use tradewind_graphql::{Code, Engine};

const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Whether a query string is a request.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn is_request(query_string: &str) -> bool {
    params::from_query_string(query_string).is_ok()
}

/// What a request needs of the process.
pub(crate) struct Site {
    pub(crate) http: HttpConfig,
    pub(crate) graphql: GraphqlConfig,
    pub(crate) stream: StreamConfig,
    pub(crate) shop: ShopConfig,
    pub(crate) session_uses: Arc<crate::session_uses::SessionUses>,
    /// What stays open.
    pub(crate) slots: Slots,
    /// Turns true when what stays open has to end.
    pub(crate) closing: tokio::sync::watch::Receiver<bool>,
    pub(crate) engine: Engine,
    /// Answers that everybody may share.
    pub(crate) answers: Option<Answers>,
    /// How long a CDN may serve one without asking.
    pub(crate) edge_max_age: std::time::Duration,
    /// One turn for each operation that may run now, handed out in the order of arrival.
    pub(crate) turns: tradewind_resilience::Bulkhead,
    /// Events of subscriptions need one of these first: a flood of changes does not keep requests waiting.
    pub(crate) event_turns: tokio::sync::Semaphore,
    pub(crate) lane: Lane,
    pub(crate) health: Health,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) access: AccessLog,
    pub(crate) tracer: Option<Tracer>,
    pub(crate) graphiql: Option<axum::Router>,
    pub(crate) sdl: Sdl,
    pub(crate) persisted: Persisted,
    pub(crate) clock: fn() -> DateTime<Utc>,
    #[cfg(feature = "rig")]
    pub(crate) rig: crate::rig::Rig,
}

/// One request while it is answered.
pub(crate) struct Exchange {
    pub(crate) started: Instant,
    pub(crate) ids: Ids,
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    pub(crate) method: Method,
    pub(crate) version: Version,
    pub(crate) route: &'static str,
    /// A span will be sent.
    pub(crate) traced: bool,
    pub(crate) operation: Option<Operation>,
    /// Why the transport refused it.
    pub(crate) refused: Option<(&'static str, &'static str)>,
}

impl Exchange {
    /// Microseconds since the request came.
    pub(crate) fn micros(&self) -> u64 {
        graphql::micros_since(self.started)
    }

    /// Something is not to be had now, and will be.
    fn is_unavailable(&self) -> bool {
        self.error_code() == Some(Code::Unavailable.as_str())
    }

    /// Of the answer's first error.
    pub(crate) fn error_code(&self) -> Option<&'static str> {
        let code = self.operation.as_ref().and_then(|operation| operation.error_code);
        code.or(self.refused.map(|(_, code)| code))
    }
}

/// Answers one request; `peer` is the other end of its connection.
pub(crate) async fn serve(site: Arc<Site>, request: Request<Incoming>, peer: IpAddr) -> Response<Body> {
    let route = Route::of(request.uri().path());
    let ids = Ids::of(request.headers());
    let traced = route.runs_operations() && site.tracer.as_ref().is_some_and(|tracer| tracer.samples(&ids));
    let mut exchange = Exchange {
        started: Instant::now(),
        method: request.method().clone(),
        version: request.version(),
        route: route.pattern(),
        traced,
        operation: None,
        refused: None,
        ids,
        peer,
    };
    let _active = site.metrics.http.begin();
    let origin = cors::allowed(request.headers(), &site.http);
    let media = negotiate(request.headers());
    let answer = answer(&site, &mut exchange, route, media, origin.is_some(), request);
    let answer = AssertUnwindSafe(answer).catch_unwind().await;
    let trace_id = exchange.ids.trace_id();
    let answer = answer.unwrap_or_else(|panic| {
        let (request_id, trace_id) = (exchange.ids.request_id(), trace_id.as_str());
        tracing::error!(request_id, trace_id, route = exchange.route, panic = text_of(&*panic), "a request panicked");
        Err(Failure::internal())
    });
    let mut response = answer.unwrap_or_else(|failure| {
        exchange.refused = Some((failure.reason, failure.code));
        reply::failure(&failure, media, trace_id.as_str())
    });
    finish(&site, &exchange, response.status());
    reply::secure(&mut response);
    let headers = response.headers_mut();
    headers.insert(TRACE_ID, trace_id.header());
    if exchange.is_unavailable() {
        reply::ask_again_later(headers);
    }
    headers.insert(ids::REQUEST_ID, exchange.ids.request_id);
    cors::expose(headers, origin, &site.http);
    response
}

/// What a panic says.
fn text_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text")
}

fn finish(site: &Site, exchange: &Exchange, status: StatusCode) {
    let elapsed = exchange.started.elapsed();
    site.metrics.record(exchange, status, elapsed);
    site.access.write(exchange, status, elapsed);
    if let Some(tracer) = site.tracer.as_ref().filter(|_| exchange.traced) {
        tracer.record(exchange, status, elapsed);
    }
}

async fn answer(
    site: &Arc<Site>,
    exchange: &mut Exchange,
    route: Route,
    media: Option<Media>,
    cross_origin: bool,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    head::check(&request, &site.http)?;
    #[cfg(feature = "rig")]
    if let Some(response) = site.rig.answer(request.method(), request.uri()).await {
        return Ok(response);
    }
    let method = request.method();
    if method == Method::OPTIONS && route != Route::Unknown {
        return Ok(cors::preflight(request.headers(), route.allow(), cross_origin));
    }
    if route == Route::Socket && method == Method::GET {
        return socket::answer(site, exchange, request);
    }
    if route.runs_operations() {
        if method != Method::GET && (method != Method::POST || route != Route::Graphql) {
            return Err(Failure::method(route.allow()));
        }
        if method == Method::GET && socket::is_upgrade(request.headers()) {
            return socket::answer(site, exchange, request);
        }
        return graphql::answer(site, exchange, media, request).await;
    }
    // What is rare is boxed: a future is as large as its largest part, and is moved for each request.
    if route == Route::Webhook {
        return Box::pin(payment_webhook::answer(site, exchange, request)).await;
    }
    if (method != Method::GET && method != Method::HEAD && route != Route::Unknown) || route == Route::Socket {
        return Err(Failure::method(route.allow()));
    }
    match route {
        Route::Livez => Ok(Health::livez()),
        Route::Readyz => Ok(Box::pin(site.health.readyz()).await),
        Route::Sdl => Ok(site.sdl.respond(request.headers())),
        Route::Root => root(site),
        Route::Graphiql => Box::pin(graphiql(site, request)).await,
        Route::Graphql | Route::Document | Route::Socket | Route::Webhook | Route::Unknown => Err(Failure::not_found()),
    }
}

/// `/` leads to the explorer; without one it says what this is.
fn root(site: &Site) -> Result<Response<Body>, Failure> {
    if site.graphiql.is_none() {
        let text = "Tradewind. The API is at /graphql, its schema at /schema.graphql.\n";
        return Ok(reply::text(StatusCode::OK, "text/plain; charset=utf-8", text));
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(hyper::header::LOCATION, hyper::header::HeaderValue::from_static("/graphiql"));
    Ok(response)
}

async fn graphiql(site: &Site, request: Request<Incoming>) -> Result<Response<Body>, Failure> {
    let Some(router) = &site.graphiql else { return Err(Failure::not_found()) };
    match router.clone().oneshot(request.map(Body::new)).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => Err(Failure::not_found()),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}
