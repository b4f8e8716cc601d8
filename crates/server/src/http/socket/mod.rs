//! `graphql-transport-ws`: operations over a WebSocket, each with an id
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>).
mod close;
mod handshake;
mod message;
mod session;

use super::{
    Exchange, Site,
    credentials::Credentials,
    failure::Failure,
    graphql::{EXPLAIN, channel, wants},
    stream::{Caller, client_address},
};
use axum::body::Body;
use handshake::{Handshake, is_allowed, may_bring_cookie};
use hyper::{Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::TokioIo;
use session::Session;
use std::sync::Arc;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Role, WebSocketConfig},
};

pub(super) use handshake::is_upgrade;

/// Label of metrics and logs.
const TRANSPORT: &str = "websocket";

/// Most messages fit; larger ones are put together.
const READ_BUFFER: usize = 4096;

/// Makes a WebSocket of the request's connection.
pub(super) fn answer(
    site: &Arc<Site>,
    exchange: &Exchange,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    if !is_allowed(request.headers(), &site.http.cors) {
        return Err(Failure::foreign_origin());
    }
    let Handshake { accept, speaks_ours } = Handshake::read(&request)?;
    let caller = Caller {
        transport: TRANSPORT,
        channel: channel(request.headers())?,
        explain: site.graphql.explain && wants(request.headers(), &EXPLAIN),
        queries_only: false,
        caller: Arc::default(),
        ids: exchange.ids.clone(),
    };
    let address = client_address(request.headers(), exchange.peer, site.stream.client_address_header.as_ref());
    // Whoever asks for a socket looks at the status alone.
    let credentials = Credentials::read(request.headers(), address, &site.shop)
        .map_err(|failure| Failure { status: Some(StatusCode::UNAUTHORIZED), ..failure })?;
    let listed = site.http.cors_credentials.then_some(&site.http.cors);
    let brings_cookie = may_bring_cookie(request.headers(), listed, site.shop.cookie_secure);
    let credentials = if brings_cookie { credentials } else { credentials.without_cookie() };
    let slot = site.slots.take(address)?;
    let upgraded = hyper::upgrade::on(&mut request);
    let config = WebSocketConfig::default()
        .max_message_size(Some(site.stream.socket_max_message))
        .max_frame_size(Some(site.stream.socket_max_message))
        // Allocated at once, for each socket.
        .read_buffer_size(READ_BUFFER)
        // One answer at a time is written: nothing has to wait in memory for a slow client.
        .write_buffer_size(0);
    let site = Arc::clone(site);
    tokio::spawn(async move {
        // The client has gone before the protocol began: nobody is left to tell.
        let Ok(upgraded) = upgraded.await else { return };
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        let _open = (slot, site.metrics.stream.open(TRANSPORT));
        Session::new(site, socket, caller, credentials).run(speaks_ours).await;
    });
    Ok(handshake::response(accept, speaks_ours))
}
