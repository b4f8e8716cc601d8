//! Ends connections of slow and silent clients. hyper has one timeout, for reading headers over HTTP/1.1; a client can
//! also say nothing at all, not read its answer, or keep an idle HTTP/2 connection for ever.
use axum::body::Body;
use bytes::Bytes;
use hyper::{
    Response, Version,
    body::{Body as HttpBody, Frame, SizeHint},
};
use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Fewer bytes at once are HTTP/2's own frames, which a client can ask for without end.
const PROGRESS: usize = 512;

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// From the first byte of a request (or the connection's begin) to the end of its headers.
    pub(crate) head: Duration,
    /// Without a request, and without taking any part of an answer.
    pub(crate) idle: Duration,
}

/// What a connection is doing. Times are microseconds since it began.
pub(super) struct Activity {
    began: Instant,
    /// Requests without an answer, and answers without an end (streams).
    in_flight: AtomicUsize,
    /// When the first byte came that belongs to no request yet, plus one; 0 is none.
    head: AtomicU64,
    /// When the socket stopped taking what we write, plus one; 0 is not at all.
    stalled: AtomicU64,
    /// When something happened last.
    progress: AtomicU64,
    /// HTTP/2 has bytes between requests that begin none.
    framed: AtomicBool,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            in_flight: AtomicUsize::new(0),
            head: AtomicU64::new(1),
            stalled: AtomicU64::new(0),
            progress: AtomicU64::new(0),
            framed: AtomicBool::new(false),
        })
    }

    /// The headers of a request are complete. It ends with the guard.
    pub(super) fn begin(self: &Arc<Self>, version: Version) -> InFlight {
        self.in_flight.fetch_add(1, Relaxed);
        self.head.store(0, Relaxed);
        if version == Version::HTTP_2 {
            self.framed.store(true, Relaxed);
        }
        InFlight(Arc::clone(self))
    }

    fn heard(&self) {
        if self.in_flight.load(Relaxed) == 0 && self.head.load(Relaxed) == 0 {
            self.head.store(self.now() + 1, Relaxed);
        }
    }

    fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        match polled {
            Poll::Ready(Ok(bytes)) => {
                let was_stalled = self.stalled.load(Relaxed) > 0;
                if was_stalled {
                    self.stalled.store(0, Relaxed);
                }
                // Else the answer was made just now, and that is noted.
                if *bytes >= PROGRESS && (was_stalled || self.framed.load(Relaxed)) {
                    self.progress.store(self.now(), Relaxed);
                }
            }
            Poll::Pending if self.stalled.load(Relaxed) == 0 => self.stalled.store(self.now() + 1, Relaxed),
            _ => {}
        }
    }

    fn now(&self) -> u64 {
        micros(self.began.elapsed())
    }

    /// How long to wait before asking again; `None` when the client's time is over.
    fn remaining(&self, patience: Patience) -> Option<Duration> {
        let (stalled, head) = (self.stalled.load(Relaxed), self.head.load(Relaxed));
        let (since, time) = if stalled > 0 {
            (stalled - 1, patience.idle)
        } else if self.in_flight.load(Relaxed) > 0 {
            return Some(patience.head);
        } else if head > 0 && !self.framed.load(Relaxed) {
            (head - 1, patience.head)
        } else {
            (self.progress.load(Relaxed), patience.idle)
        };
        let left = since.saturating_add(micros(time)).checked_sub(self.now()).filter(|left| *left > 0)?;
        // A request may begin meanwhile, and its headers have less time.
        Some(Duration::from_micros(left).min(patience.head))
    }
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Drives a connection to its end, or drops it when the client takes too long. A timer is set once per patience, not per
/// request, so a client may take up to twice as long as it should.
pub(super) async fn drive(connection: impl Future, activity: &Activity, patience: Patience) {
    let mut connection = pin!(connection);
    let mut timer = pin!(tokio::time::sleep(patience.head));
    // Whom the timer wakes. It is asked only when it has ended, not whenever a byte comes.
    let mut set: Option<Waker> = None;
    poll_fn(|cx| {
        // The connection is polled before its client is judged: a busy server is not the client's fault.
        if connection.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        while timer.is_elapsed() || !set.as_ref().is_some_and(|set| set.will_wake(cx.waker())) {
            if timer.as_mut().poll(cx).is_pending() {
                set = Some(cx.waker().clone());
                break;
            }
            let Some(left) = activity.remaining(patience) else { return Poll::Ready(()) };
            timer.as_mut().reset(tokio::time::Instant::now() + left);
            set = None;
        }
        Poll::Pending
    })
    .await;
}

/// A request that is being answered.
pub(super) struct InFlight(Arc<Activity>);

impl InFlight {
    /// An answer of known length ends here: what is left is up to the client. A stream lasts as long as its body.
    pub(super) fn answered(self, response: Response<Body>) -> Response<Counted> {
        let is_stream = response.body().size_hint().exact().is_none();
        let in_flight = is_stream.then_some(self);
        response.map(|body| Counted { body, _in_flight: in_flight })
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.progress.store(self.0.now(), Relaxed);
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

/// A body whose end is noticed.
pub(super) struct Counted {
    body: Body,
    _in_flight: Option<InFlight>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket whose bytes are noticed.
pub(super) struct Heard {
    stream: TcpStream,
    activity: Arc<Activity>,
}

impl Heard {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.activity.heard();
        }
        polled
    }
}

impl AsyncWrite for Heard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.activity.wrote(&polled);
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.activity.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    fn overdue(activity: &Activity, head: Duration, idle: Duration) -> bool {
        activity.remaining(Patience { head, idle }).is_none()
    }

    #[test]
    fn each_phase_has_its_own_time() {
        let activity = Activity::new();
        assert!(overdue(&activity, Duration::ZERO, LONG), "before the first request");
        let request = activity.begin(Version::HTTP_11);
        assert!(!overdue(&activity, Duration::ZERO, Duration::ZERO), "while one is answered");
        activity.heard();
        drop(request);
        assert!(!overdue(&activity, Duration::ZERO, LONG) && overdue(&activity, LONG, Duration::ZERO), "between two");
        activity.heard();
        assert!(overdue(&activity, Duration::ZERO, LONG) && !overdue(&activity, LONG, Duration::ZERO), "in the next");
    }

    #[test]
    fn frames_between_requests_begin_none() {
        let activity = Activity::new();
        drop(activity.begin(Version::HTTP_2));
        activity.heard();
        assert!(!overdue(&activity, Duration::ZERO, LONG) && overdue(&activity, LONG, Duration::ZERO));
    }

    #[test]
    fn a_client_that_does_not_read_is_given_up_even_in_the_middle_of_an_answer() {
        let activity = Activity::new();
        let stream = activity.begin(Version::HTTP_11);
        activity.wrote(&Poll::Pending);
        assert!(overdue(&activity, LONG, Duration::ZERO) && !overdue(&activity, Duration::ZERO, LONG));
        activity.wrote(&Poll::Ready(Ok(1)));
        assert!(!overdue(&activity, LONG, Duration::ZERO));
        drop(stream);
    }
}
