//! `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]`: <https://docs.stripe.com/webhooks#verify-manually>.
use crate::payments::BadWebhook;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Whether one of the signatures is made with one of the secrets, of this body, about now. Compared in constant time.
pub(super) fn check<'s>(
    header: &str,
    body: &[u8],
    secrets: impl Iterator<Item = &'s str>,
    tolerance: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(), BadWebhook> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let time = parts().find(|(name, _)| *name == "t").map(|(_, value)| value).ok_or(BadWebhook::Malformed)?;
    let seconds: i64 = time.parse().map_err(|_| BadWebhook::Malformed)?;
    let signatures: Vec<Vec<u8>> =
        parts().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| bytes(hex)).collect();
    if signatures.is_empty() {
        return Err(BadWebhook::Malformed);
    }
    let is_ours = secrets.into_iter().any(|secret| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
    });
    if !is_ours {
        return Err(BadWebhook::Forged);
    }
    match DateTime::from_timestamp(seconds, 0) {
        Some(at) if (now - at).abs() <= tolerance => Ok(()),
        _ => Err(BadWebhook::TooOld),
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if hex.len() % 2 == 1 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    hex.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test`.
    const HEADER: &str = "t=1700000000,v1=00,v1=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789";

    fn checked(header: &str, body: &str, secrets: &[&str], seconds: i64) -> Result<(), BadWebhook> {
        let now = DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap();
        check(header, body.as_bytes(), secrets.iter().copied(), TimeDelta::minutes(5), now)
    }

    #[test]
    fn what_openssl_signed_is_believed_for_five_minutes() {
        let body = r#"{"a":1}"#;
        assert_eq!(checked(HEADER, body, &["whsec_new", "whsec_test"], 300), Ok(()));
        assert_eq!(checked(HEADER, body, &["whsec_test"], -300), Ok(()));
        for seconds in [301, -301] {
            assert_eq!(checked(HEADER, body, &["whsec_test"], seconds), Err(BadWebhook::TooOld));
        }
        assert_eq!(checked(HEADER, r#"{"a":2}"#, &["whsec_test"], 0), Err(BadWebhook::Forged));
        assert_eq!(checked(HEADER, body, &["whsec_other"], 0), Err(BadWebhook::Forged));
        assert_eq!(
            checked(&HEADER.replace("1700000000", "1700000001"), body, &["whsec_test"], 0),
            Err(BadWebhook::Forged)
        );
        for header in ["", "t=1", "v1=aa", "t=x,v1=aa", "t=1,v1=zz", "t=1,v1=é", "t=1,v0=aa"] {
            assert_eq!(checked(header, body, &["whsec_test"], 0), Err(BadWebhook::Malformed), "{header}");
        }
    }
}
