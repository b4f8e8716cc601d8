//! The signature: `Tradewind-Signature: t=<seconds>,v1=<hex>`, where `v1` is HMAC-SHA256 of `<seconds>.<body>`. With two
//! secrets there are two `v1`. It is Stripe's scheme: <https://docs.stripe.com/webhooks#verify-manually>
use crate::hex::hex;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Random bytes of a secret.
pub const SECRET_BYTES: usize = 32;

/// A secret made of random bytes, as its receiver is told it: `whsec_…`. All of this text is the key of the HMAC.
pub fn new_secret(random: &[u8; SECRET_BYTES]) -> String {
    format!("whsec_{}", URL_SAFE_NO_PAD.encode(random))
}

/// The header's value for a body that is sent now, signed with each of the secrets.
pub(super) fn header<'s>(secrets: impl Iterator<Item = &'s str>, body: &[u8], now: DateTime<Utc>) -> String {
    let seconds = now.timestamp();
    let mut header = format!("t={seconds}");
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&mac(secret, seconds, body));
    }
    header
}

fn mac(secret: &str, seconds: i64, body: &[u8]) -> String {
    // HMAC takes keys of any length: this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test`.
    #[test]
    fn it_is_what_openssl_says() {
        let now = DateTime::from_timestamp(1_700_000_000, 5).unwrap();
        let header = header(["whsec_test", "whsec_old"].into_iter(), br#"{"a":1}"#, now);
        assert_eq!(
            header,
            "t=1700000000,v1=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789,v1=b9d801502bb535e960ee9aeee7a294b082bda5089d79c7db610b85116ce6faa6"
        );
    }

    #[test]
    fn a_secret_is_text() {
        assert_eq!(new_secret(&[255; SECRET_BYTES]), format!("whsec_{}8", "_".repeat(42)));
    }
}
