//! Who sends a request: a session's token in `Authorization` or in a cookie; and the cookie of a session that begins.
use super::{Ids, Site, failure::Failure};
use crate::config::{SameSite, ShopConfig};
use chrono::{DateTime, Utc};
use hyper::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde_json::Value;
use std::net::IpAddr;
use tradewind_commerce::account::{Client, Token};
use tradewind_graphql::{Authenticated, Caller, SessionChange, Viewer};
use tradewind_persistence::write::idempotency::IdempotencyKey;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// A token is 43 characters; longer texts are not looked up.
const LONGEST_TOKEN: usize = 128;

/// The name of the cookie; `__Host-` makes browsers insist on HTTPS, this host, and the path `/`.
fn cookie_name(config: &ShopConfig) -> &'static str {
    if config.cookie_secure { "__Host-tradewind_session" } else { "tradewind_session" }
}

/// A token, and how it came.
#[derive(Clone, Debug)]
enum Sent {
    Bearer(Token),
    Cookie(Token),
}

/// What a client shows of itself: with a request, or with a socket for each of its operations.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    sent: Option<Sent>,
    client: Client,
}

/// Whether an answer may depend on who asks.
pub(super) fn has_any(headers: &HeaderMap, config: &ShopConfig) -> bool {
    headers.contains_key(AUTHORIZATION) || cookie(headers, config).is_some()
}

fn bearer(text: &str) -> Option<Token> {
    let (scheme, token) = text.split_once(' ')?;
    let is_one = scheme.eq_ignore_ascii_case("bearer") && token.len() <= LONGEST_TOKEN;
    is_one.then(|| Token::sent(token.trim()))
}

fn cookie<'h>(headers: &'h HeaderMap, config: &ShopConfig) -> Option<&'h str> {
    let name = cookie_name(config);
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, token)| token).filter(|token| token.len() <= LONGEST_TOKEN)
}

impl Credentials {
    /// Those of a request's headers.
    pub(super) fn read(headers: &HeaderMap, address: IpAddr, config: &ShopConfig) -> Result<Self, Failure> {
        let sent = match headers.get(AUTHORIZATION) {
            None => cookie(headers, config).map(|token| Sent::Cookie(Token::sent(token))),
            Some(value) => match value.to_str().ok().and_then(bearer) {
                Some(token) => Some(Sent::Bearer(token)),
                None => {
                    let message = "the header Authorization is read as `Bearer <token of a session>`";
                    return Err(Failure::unauthenticated(message));
                }
            },
        };
        let client = Client {
            address: Some(address),
            user_agent: text(headers, USER_AGENT),
            locale: locale(headers),
            label: String::new(),
        };
        Ok(Self { sent, client })
    }

    /// The same without a cookie.
    pub(super) fn without_cookie(self) -> Self {
        Self { sent: self.sent.filter(|sent| matches!(sent, Sent::Bearer(_))), ..self }
    }

    /// The same with what would be the header Authorization; `None`: it is no bearer token.
    pub(super) fn with_bearer(self, text: &str) -> Option<Self> {
        Some(Self { sent: Some(Sent::Bearer(bearer(text)?)), ..self })
    }

    /// Everything that is known of whose they are now. A bearer token that is not good refuses the request; a cookie that
    /// is not good is nobody's, because its client cannot leave it out.
    pub(super) async fn caller(&self, site: &Site, ids: &Ids) -> Result<Caller, Failure> {
        let mut caller = Caller { client: self.client.clone(), ..Caller::default() };
        let (token, is_cookie) = match &self.sent {
            None => return Ok(caller),
            Some(Sent::Bearer(token)) => (token, false),
            Some(Sent::Cookie(token)) => (token, true),
        };
        let now = (site.clock)();
        match authenticate(site, ids, token, now).await? {
            // Staff have no cookies: another site could make a browser send one.
            Authenticated::As(Viewer::Staff { .. } | Viewer::ApiKey { .. }) if is_cookie => {}
            Authenticated::As(viewer) => {
                if let Viewer::Customer { session, .. } = viewer {
                    site.session_uses.note(session, now);
                }
                caller.viewer = Some(viewer);
            }
            Authenticated::No if is_cookie => {}
            Authenticated::No => {
                return Err(Failure::unauthenticated(
                    "the session or API key of this token has ended: log in again, or send the request without the header Authorization",
                ));
            }
        }
        caller.token = Some(token.clone());
        Ok(caller)
    }
}

/// Refuses where the viewer's session has ended since.
pub(super) async fn check_still(site: &Site, ids: &Ids, caller: &Caller) -> Result<(), Failure> {
    let (Some(viewer), Some(token)) = (caller.viewer, &caller.token) else { return Ok(()) };
    match authenticate(site, ids, token, (site.clock)()).await? {
        Authenticated::As(now) if now == viewer => Ok(()),
        _ => Err(Failure::unauthenticated("the session has ended: log in again, and subscribe again")),
    }
}

async fn authenticate(site: &Site, ids: &Ids, token: &Token, now: DateTime<Utc>) -> Result<Authenticated, Failure> {
    site.engine.authenticate(token, now).await.map_err(|cause| {
        let (request_id, trace_id) = (ids.request_id(), ids.trace_id());
        tracing::error!(request_id, trace_id = trace_id.as_str(), %cause, "a session cannot be looked up");
        Failure::no_sessions()
    })
}

/// Everything that is known of who sends a request.
pub(super) async fn caller(site: &Site, ids: &Ids, headers: &HeaderMap, address: IpAddr) -> Result<Caller, Failure> {
    let credentials = Credentials::read(headers, address, &site.shop)?;
    let idempotency_key = idempotency_key(headers)?;
    Ok(Caller { idempotency_key, ..credentials.caller(site, ids).await? })
}

fn text(headers: &HeaderMap, name: HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The language that the client likes most.
fn locale(headers: &HeaderMap) -> String {
    let accepted = text(headers, ACCEPT_LANGUAGE);
    accepted.split([',', ';']).next().unwrap_or_default().trim().to_owned()
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Failure> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().ok().map(|text| text.trim_matches('"')).and_then(|text| IdempotencyKey::parse(text).ok());
    key.map(Some).ok_or_else(|| {
        Failure::malformed("the header Idempotency-Key is 1 to 255 printable ASCII characters: send a random UUID")
    })
}

/// The idempotency key of an operation on a socket, which has no headers: `extensions.idempotencyKey`.
pub(super) fn idempotency_extension(payload: &Value) -> Result<Option<IdempotencyKey>, Failure> {
    let value = payload.pointer("/extensions/idempotencyKey").filter(|value| !value.is_null());
    let Some(value) = value else { return Ok(None) };
    let key = value.as_str().and_then(|text| IdempotencyKey::parse(text).ok());
    key.map(Some).ok_or_else(|| {
        Failure::malformed("`extensions.idempotencyKey` is 1 to 255 printable ASCII characters: send a random UUID")
    })
}

/// `Set-Cookie` of a session that began in a cookie, or has ended.
pub(super) fn set_cookie(
    change: &SessionChange,
    config: &ShopConfig,
    now: DateTime<Utc>,
    had_cookie: bool,
) -> Option<HeaderValue> {
    let (token, age) = match change {
        SessionChange::Started { token, expires_at, in_cookie: true } => {
            (token.expose(), (*expires_at - now).num_seconds().max(0))
        }
        SessionChange::Ended if had_cookie => ("", 0),
        _ => return None,
    };
    let name = cookie_name(config);
    let secure = if config.cookie_secure { "; Secure" } else { "" };
    let same_site = match config.cookie_same_site {
        SameSite::Lax => "Lax",
        SameSite::Strict => "Strict",
        SameSite::None => "None",
    };
    let text = format!("{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite={same_site}{secure}");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Whether the request came with a cookie of ours.
pub(super) fn has_cookie(headers: &HeaderMap, config: &ShopConfig) -> bool {
    cookie(headers, config).is_some()
}
