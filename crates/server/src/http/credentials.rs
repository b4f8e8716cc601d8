//! Who sends a request: a session's token in `Authorization` or in a cookie; and the cookie of a session that begins.
use super::{Exchange, Site, failure::Failure};
use crate::config::{SameSite, ShopConfig};
use hyper::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
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
#[derive(Debug)]
enum Sent {
    Bearer(Token),
    Cookie(Token),
}

/// Whether an answer may depend on who asks.
pub(super) fn has_any(headers: &HeaderMap, config: &ShopConfig) -> bool {
    headers.contains_key(AUTHORIZATION) || cookie(headers, config).is_some()
}

fn sent(headers: &HeaderMap, config: &ShopConfig) -> Result<Option<Sent>, Failure> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(cookie(headers, config).map(|token| Sent::Cookie(Token::sent(token))));
    };
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    match token.filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token.len() <= LONGEST_TOKEN) {
        Some((_, token)) => Ok(Some(Sent::Bearer(Token::sent(token.trim())))),
        None => Err(Failure::unauthenticated("the header Authorization is read as `Bearer <token of a session>`")),
    }
}

fn cookie<'h>(headers: &'h HeaderMap, config: &ShopConfig) -> Option<&'h str> {
    let name = cookie_name(config);
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, token)| token).filter(|token| token.len() <= LONGEST_TOKEN)
}

/// Everything that is known of who sends a request. A bearer token that is not good refuses the request; a cookie that is
/// not good is nobody's, because its client cannot leave it out.
pub(super) async fn caller(
    site: &Site,
    exchange: &Exchange,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<Caller, Failure> {
    let now = (site.clock)();
    let sent = sent(headers, &site.shop)?;
    let mut caller = Caller {
        client: Client {
            address: Some(address),
            user_agent: text(headers, USER_AGENT),
            locale: locale(headers),
            label: String::new(),
        },
        idempotency_key: idempotency_key(headers)?,
        ..Caller::default()
    };
    let (token, is_cookie) = match sent {
        None => return Ok(caller),
        Some(Sent::Bearer(token)) => (token, false),
        Some(Sent::Cookie(token)) => (token, true),
    };
    match site.engine.authenticate(&token, now).await {
        // Staff have no cookies: another site could make a browser send one.
        Ok(Authenticated::As(Viewer::Staff { .. } | Viewer::ApiKey { .. })) if is_cookie => {}
        Ok(Authenticated::As(viewer)) => {
            if let Viewer::Customer { session, .. } = viewer {
                site.session_uses.note(session, now);
            }
            caller.viewer = Some(viewer);
        }
        Ok(Authenticated::No) if is_cookie => {}
        Ok(Authenticated::No) => {
            return Err(Failure::unauthenticated(
                "the session or API key of this token has ended: log in again, or send the request without the header Authorization",
            ));
        }
        Err(cause) => {
            let (request_id, trace_id) = (exchange.ids.request_id(), exchange.ids.trace_id());
            tracing::error!(request_id, trace_id = trace_id.as_str(), %cause, "a session cannot be looked up");
            return Err(Failure::no_sessions());
        }
    }
    caller.token = Some(token);
    Ok(caller)
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

/// `Set-Cookie` of a session that began in a cookie, or has ended.
pub(super) fn set_cookie(
    change: &SessionChange,
    config: &ShopConfig,
    now: chrono::DateTime<chrono::Utc>,
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
