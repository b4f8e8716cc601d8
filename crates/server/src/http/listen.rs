//! Accepts connections (HTTP/1.1, and HTTP/2 with prior knowledge) until told to stop, then lets them finish.
use super::connection::{Activity, Heard, Patience, drive};
use crate::config::LARGEST_HEAD;
use axum::body::Body;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use std::{convert::Infallible, io, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

/// Bounds of a listener.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Open connections; more wait in the kernel's queue.
    pub(crate) connections: usize,
    /// How long clients may take.
    pub(crate) patience: Patience,
    /// How long requests in flight may take after the stop.
    pub(crate) drain: Duration,
}

/// Streams that one HTTP/2 connection may have open.
const MAX_STREAMS: u32 = 256;
/// After a failed accept (no file descriptors left) it makes no sense to try at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Turns true when listeners should take no new connections.
pub(crate) type Stop = watch::Receiver<bool>;

/// Waits until it turns true.
pub(super) async fn stopped(stop: &mut Stop) {
    // Without a sender there is nobody left to serve for.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Serves until `stop`; the handler gets each request with the address of the connection's other end. Returns how many
/// connections did not finish in time.
pub(crate) async fn listen<H, F>(listener: TcpListener, limits: Limits, mut stop: Stop, handler: H) -> usize
where
    H: Fn(Request<Incoming>, IpAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let builder = builder(limits.patience.idle);
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await.ok()?;
            Some((accept(&listener).await, slot))
        };
        let ((stream, peer), slot) = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            next = next => match next { Some(next) => next, None => break },
        };
        let (handler, activity) = (handler.clone(), Activity::new());
        let served = Arc::clone(&activity);
        let service = service_fn(move |request: Request<Incoming>| {
            let in_flight = served.begin(request.version());
            let answer = handler(request, peer);
            async move { Ok::<_, Infallible>(in_flight.answered(answer.await)) }
        });
        let stream = TokioIo::new(Heard::new(stream, Arc::clone(&activity)));
        let connection = builder.serve_connection_with_upgrades(stream, service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A connection ends with an error when the client goes away in the middle: nobody is left to tell.
            drive(connection, &activity, limits.patience).await;
            drop(slot);
        });
    }
    drop(listener);
    match tokio::time::timeout(limits.drain, graceful.shutdown()).await {
        Ok(()) => 0,
        Err(_) => limits.connections - slots.available_permits(),
    }
}

fn builder(idle: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // The time for headers is ours: hyper's also runs while a kept connection waits for its next request.
    builder.http1().header_read_timeout(None).max_buf_size(usize::try_from(LARGEST_HEAD).unwrap_or(usize::MAX));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(LARGEST_HEAD).unwrap_or(u32::MAX))
        .keep_alive_interval(idle)
        .keep_alive_timeout(idle);
    builder
}

async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // An answer is written once: waiting for more would only add 40 ms.
                let _ = stream.set_nodelay(true);
                return (stream, address.ip());
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections: check the limit of open files");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
