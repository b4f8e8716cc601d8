//! The life of one socket, in one task: it writes one message, or waits for the next thing to do. While a client does not
//! take what is written, nothing else of its socket runs.
use super::{
    close::Close,
    message::{self, ClientMessage},
};
use crate::http::{
    Site,
    credentials::{Credentials, idempotency_extension},
    failure::Failure,
    graphql::find,
    listen::stopped,
    params,
    stream::{Answer, Caller, Sent, Work, answers},
};
use futures_util::{
    SinkExt, Stream, StreamExt,
    stream::{AbortHandle, Abortable, SelectAll},
};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Bytes, Message, Utf8Bytes, error::Error},
};
use tradewind_graphql::{Code, Outcome};

/// How long a client may take to close its side.
const FAREWELL: Duration = Duration::from_secs(1);

/// What an operation does; after `None` it is over.
type Step = (Arc<str>, Option<Answer>);
type Steps = Pin<Box<dyn Stream<Item = Step> + Send>>;

/// How a socket ends.
enum End {
    /// We close it.
    Close(Close),
    /// The client closed it.
    Closed,
    /// The client is gone, or does not react.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// What the timer is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// `connection_init` is due.
    Init,
    /// A ping is due.
    Ping,
    /// The answer to a ping is due.
    Pong,
}

pub(super) struct Session {
    site: Arc<Site>,
    socket: WebSocketStream<TokioIo<Upgraded>>,
    caller: Caller,
    /// Looked at again for each operation.
    credentials: Arc<Credentials>,
    is_acknowledged: bool,
    /// Operations under way, by the client's ids.
    operations: HashMap<Arc<str>, AbortHandle>,
    steps: SelectAll<Abortable<Steps>>,
    waiting: Waiting,
    due: Instant,
    opened: Instant,
    closing: watch::Receiver<bool>,
    /// Operations so far.
    count: u64,
}

impl Session {
    pub(super) fn new(
        site: Arc<Site>,
        socket: WebSocketStream<TokioIo<Upgraded>>,
        caller: Caller,
        credentials: Credentials,
    ) -> Self {
        let opened = Instant::now();
        Self {
            due: opened + site.stream.socket_init_timeout,
            waiting: Waiting::Init,
            operations: HashMap::new(),
            steps: SelectAll::new(),
            is_acknowledged: false,
            opened,
            closing: site.closing.clone(),
            count: 0,
            site,
            socket,
            caller,
            credentials: Arc::new(credentials),
        }
    }

    /// Serves it to its end.
    pub(super) async fn run(mut self, speaks_ours: bool) {
        let end = match speaks_ours {
            true => self.serve().await,
            false => End::Close(Close::not_acceptable()),
        };
        self.operations.clear();
        self.steps = SelectAll::new();
        let code = match end {
            End::Close(close) => {
                self.close(&close).await;
                close.code
            }
            End::Closed => {
                // The library has its answer ready, and sends it with the next flush; its `close` would be refused.
                let _ = tokio::time::timeout(FAREWELL, self.socket.flush()).await;
                1000
            }
            End::Gone => 1006,
        };
        self.site.metrics.stream.closed(code);
        self.site.access.socket(&self.caller.ids, code, self.count, self.opened.elapsed());
    }

    async fn serve(&mut self) -> End {
        loop {
            let done = tokio::select! {
                () = stopped(&mut self.closing) => Err(Close::going_away().into()),
                frame = self.socket.next() => self.frame(frame).await,
                Some((id, answer)) = self.steps.next() => self.step(&id, answer).await,
                () = tokio::time::sleep_until(self.due) => self.timer().await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn timer(&mut self) -> Result<(), End> {
        match self.waiting {
            Waiting::Init => Err(Close::initialisation_timeout().into()),
            Waiting::Pong => Err(End::Gone),
            Waiting::Ping => {
                self.send(Message::Ping(Bytes::new())).await?;
                self.waiting = Waiting::Pong;
                self.due = Instant::now() + self.site.stream.socket_pong_timeout;
                Ok(())
            }
        }
    }

    async fn frame(&mut self, frame: Option<Result<Message, Error>>) -> Result<(), End> {
        let Some(frame) = frame else { return Err(End::Gone) };
        let frame = frame.map_err(|error| Close::of_error(&error).map_or(End::Gone, End::Close))?;
        if self.waiting != Waiting::Init {
            // Whatever comes is a sign of life.
            self.waiting = Waiting::Ping;
            self.due = Instant::now() + self.site.stream.ping_interval;
        }
        match frame {
            Message::Text(text) => self.message(&text).await,
            Message::Binary(_) => Err(Close::invalid_message("Invalid message: it must be text").into()),
            Message::Close(_) => Err(End::Closed),
            // The library answers pings.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn message(&mut self, text: &str) -> Result<(), End> {
        match ClientMessage::read(text)? {
            ClientMessage::ConnectionInit(payload) => self.begin(&payload).await,
            ClientMessage::Ping(payload) => self.text(message::pong(payload)).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload).await,
            ClientMessage::Complete { id } => {
                // Of an operation that has just completed here: nothing to do.
                if let Some(operation) = self.operations.remove(id.as_str()) {
                    operation.abort();
                }
                Ok(())
            }
        }
    }

    async fn begin(&mut self, payload: &Map<String, Value>) -> Result<(), End> {
        if std::mem::replace(&mut self.is_acknowledged, true) {
            return Err(Close::too_many_initialisations().into());
        }
        // Browsers cannot send headers with a WebSocket: what would be one comes here.
        for (name, value) in payload {
            if name.eq_ignore_ascii_case("tradewind-channel") {
                let Value::String(channel) = value else {
                    return Err(Close::invalid_message("Invalid message: `tradewind-channel` must be a string").into());
                };
                self.caller.channel = Some(channel.clone());
            } else if name.eq_ignore_ascii_case("tradewind-explain") {
                self.caller.explain = self.site.graphql.explain && *value == "1";
            } else if name.eq_ignore_ascii_case("authorization") {
                self.authorize(value)?;
            }
        }
        // Told at once, and not by each operation.
        if let Err(failure) = self.credentials.caller(&self.site, &self.caller.ids).await {
            let is_known = failure.code == Code::Unauthenticated.as_str();
            return Err(if is_known { Close::forbidden() } else { Close::try_again_later() }.into());
        }
        self.waiting = Waiting::Ping;
        self.due = Instant::now() + self.site.stream.ping_interval;
        self.text(message::ACK.to_owned()).await
    }

    /// Takes what would be the header Authorization. Clients whose users are not logged in send nothing in it.
    fn authorize(&mut self, value: &Value) -> Result<(), Close> {
        let text = match value {
            Value::Null => return Ok(()),
            Value::String(text) if text.is_empty() => return Ok(()),
            Value::String(text) => text,
            _ => return Err(Close::invalid_message("Invalid message: `authorization` must be a string")),
        };
        let credentials = self.credentials.as_ref().clone().with_bearer(text).ok_or_else(Close::forbidden)?;
        self.credentials = Arc::new(credentials);
        Ok(())
    }

    async fn subscribe(&mut self, id: String, payload: Value) -> Result<(), End> {
        if !self.is_acknowledged {
            return Err(Close::unauthorized().into());
        }
        if self.operations.contains_key(id.as_str()) {
            return Err(Close::subscriber_already_exists(&id).into());
        }
        self.count += 1;
        let caller = Caller { ids: self.caller.ids.operation(self.count), ..self.caller.clone() };
        let refused = |code: &'static str, message: String| {
            Work::Refused(Box::new(Outcome::refused(code, message, caller.ids.trace_id().as_str())))
        };
        let most = self.site.stream.socket_max_operations;
        let work = if self.operations.len() >= most {
            refused(Code::RateLimited.as_str(), too_many(most))
        } else {
            let key = idempotency_extension(&payload);
            match params::from_value(payload) {
                Err(Failure { message, .. }) => {
                    return Err(Close::invalid_message(format!("Invalid message: {message}")).into());
                }
                // A document that a socket sends with its hash runs, but is not kept: the client's queries register it.
                Ok(asked) => match (key, find(&self.site, asked).await) {
                    (Ok(key), Ok((request, _))) => {
                        Work::Request(Box::new(Sent { request, credentials: Arc::clone(&self.credentials), key }))
                    }
                    (Err(failure), _) => refused(failure.code, failure.message.into_owned()),
                    (_, Err(cause)) => {
                        let failure = Failure::document(cause, &caller.ids);
                        refused(failure.code, failure.message.into_owned())
                    }
                },
            }
        };
        if matches!(work, Work::Refused(_)) {
            return self.refuse(&id, work, caller).await;
        }
        let id: Arc<str> = id.into();
        let (operation, registration) = AbortHandle::new_pair();
        let steps = answers(Arc::clone(&self.site), work, caller).map(Some);
        let steps = steps.chain(futures_util::stream::iter([None]));
        let of = Arc::clone(&id);
        let steps: Steps = Box::pin(steps.map(move |answer| (Arc::clone(&of), answer)));
        self.operations.insert(id, operation);
        self.steps.push(Abortable::new(steps, registration));
        Ok(())
    }

    /// Answers at once. Kept among the operations, refusals would pile up in memory as fast as they are asked for.
    async fn refuse(&mut self, id: &str, work: Work, caller: Caller) -> Result<(), End> {
        let mut answers = pin!(answers(Arc::clone(&self.site), work, caller));
        match answers.next().await {
            Some(Answer::Refused(outcome) | Answer::Next(outcome)) => self.json(message::error(id, &outcome)).await,
            None => Ok(()),
        }
    }

    async fn step(&mut self, id: &Arc<str>, answer: Option<Answer>) -> Result<(), End> {
        match answer {
            Some(Answer::Next(outcome)) => self.json(message::next(id, &outcome)).await,
            Some(Answer::Refused(outcome)) => {
                // Its last message: what is left of it would only say that it is complete.
                if let Some(operation) = self.operations.remove(id) {
                    operation.abort();
                }
                self.json(message::error(id, &outcome)).await
            }
            None => {
                self.operations.remove(id);
                self.text(message::complete(id)).await
            }
        }
    }

    async fn json(&mut self, json: Vec<u8>) -> Result<(), End> {
        // All of it came out of strings.
        let text = Utf8Bytes::try_from(json).map_err(|_| End::Gone)?;
        self.send(Message::Text(text)).await
    }

    async fn text(&mut self, text: String) -> Result<(), End> {
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let sent = tokio::time::timeout(self.site.stream.socket_pong_timeout, self.socket.send(message));
        tokio::select! {
            sent = sent => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(End::Gone),
            },
            () = stopped(&mut self.closing) => Err(Close::going_away().into()),
        }
    }

    /// Says goodbye, and waits a little for the client's: closed at once, the connection may lose ours.
    async fn close(&mut self, close: &Close) {
        let farewell = async {
            if self.socket.close(Some(close.frame())).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

fn too_many(most: usize) -> String {
    format!(
        "this WebSocket has {most} operations under way, and no more are allowed: complete one, or open another WebSocket"
    )
}
