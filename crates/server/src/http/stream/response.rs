//! An HTTP answer that is a stream: the client's patience is kept with signs of life, and it ends when the process does.
use super::{Answer, Format, Full, Slot, multipart, sse};
use crate::http::{Site, failure::Failure, listen::stopped, reply};
use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use hyper::{
    Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, VARY},
};
use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};
use tokio::sync::watch;

/// How a format writes.
pub(super) trait Writer: Send + 'static {
    /// Its media type.
    const CONTENT_TYPE: &'static str;
    /// At once, so that proxies pass the headers on.
    const BEGIN: &'static str;
    /// Sent in silence.
    const ALIVE: &'static str;
    /// The operation is over.
    const COMPLETE: &'static str;
    /// The process ends, the operation is not over: the client may ask again elsewhere.
    const GOODBYE: &'static str;
    /// One answer.
    fn write(answer: &Answer) -> Vec<u8>;
}

type Answers = Pin<Box<dyn Stream<Item = Answer> + Send>>;

struct Streaming {
    answers: Answers,
    stage: Stage,
    alive: Duration,
    closing: watch::Receiver<bool>,
    _open: (Slot, crate::stream_metrics::Counted),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begin,
    Going,
    Over,
}

/// Begins the answer.
pub(in crate::http) fn respond(
    site: &Arc<Site>,
    format: Format,
    slot: Slot,
    answers: impl Stream<Item = Answer> + Send + 'static,
) -> Response<Body> {
    let streaming = Streaming {
        answers: Box::pin(answers),
        stage: Stage::Begin,
        alive: site.stream.ping_interval,
        closing: site.closing.clone(),
        _open: (slot, site.metrics.stream.open(format.name())),
    };
    match format {
        Format::EventStream => response::<sse::Sse>(streaming),
        Format::Multipart => response::<multipart::Multipart>(streaming),
    }
}

fn response<W: Writer>(streaming: Streaming) -> Response<Body> {
    let parts = stream::unfold(streaming, |mut streaming| async move {
        let part = streaming.part::<W>().await?;
        Some((Ok::<_, Infallible>(part), streaming))
    });
    let mut response = Response::new(Body::from_stream(parts));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(W::CONTENT_TYPE));
    headers.insert(CACHE_CONTROL, reply::NO_STORE);
    headers.insert(VARY, reply::VARIES_BY);
    // nginx collects answers otherwise.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

impl Streaming {
    async fn part<W: Writer>(&mut self) -> Option<Bytes> {
        match self.stage {
            Stage::Begin => {
                self.stage = Stage::Going;
                Some(Bytes::from_static(W::BEGIN.as_bytes()))
            }
            Stage::Going => Some(self.going::<W>().await),
            Stage::Over => None,
        }
    }

    async fn going<W: Writer>(&mut self) -> Bytes {
        let answer = tokio::select! {
            biased;
            () = stopped(&mut self.closing) => {
                self.stage = Stage::Over;
                return Bytes::from_static(W::GOODBYE.as_bytes());
            }
            answer = self.answers.next() => answer,
            () = tokio::time::sleep(self.alive) => return Bytes::from_static(W::ALIVE.as_bytes()),
        };
        match answer {
            Some(answer) => W::write(&answer).into(),
            None => {
                self.stage = Stage::Over;
                Bytes::from_static(W::COMPLETE.as_bytes())
            }
        }
    }
}

impl From<Full> for Failure {
    fn from(full: Full) -> Self {
        match full {
            Full::Server(most) => Self::unavailable(format!(
                "{most} WebSockets and event streams are open, and no more are taken: try again in a few seconds"
            )),
            Full::Address(most) => Self::rate_limited(format!(
                "this address has {most} WebSockets and event streams open, and no more are allowed: close one, or put \
                 several operations on one WebSocket"
            )),
        }
    }
}
