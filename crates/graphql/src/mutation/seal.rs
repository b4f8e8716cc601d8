//! Outcomes that hold a secret, kept so that only who has the idempotency key can read them: the database has the key's
//! hash. AES-256-GCM under HKDF-SHA256 of the key (RFC 5869); the nonce is random.
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};

const SALT: &[u8] = b"tradewind idempotency outcome";

/// The text can be read by whoever has `secret`.
pub(crate) fn seal(secret: &str, nonce: [u8; NONCE_LEN], text: &str) -> Option<Vec<u8>> {
    let mut sealed = text.as_bytes().to_vec();
    key(secret)?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).ok()?;
    sealed.extend_from_slice(&nonce);
    Some(sealed)
}

/// What was sealed; None where the secret is another one.
pub(crate) fn open(secret: &str, sealed: &[u8]) -> Option<String> {
    let (text, nonce) = sealed.split_last_chunk::<NONCE_LEN>()?;
    let mut text = text.to_vec();
    let key = key(secret)?;
    let opened = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::empty(), &mut text).ok()?;
    String::from_utf8(opened.to_vec()).ok()
}

fn key(secret: &str) -> Option<LessSafeKey> {
    let derived = Salt::new(HKDF_SHA256, SALT).extract(secret.as_bytes());
    let unbound: UnboundKey = derived.expand(&[b"aes-256-gcm"], &AES_256_GCM).ok()?.into();
    Some(LessSafeKey::new(unbound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_opens_it() {
        let sealed = seal("one key", [7; NONCE_LEN], "a token").unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"a token"));
        assert_eq!(open("one key", &sealed).as_deref(), Some("a token"));
        assert_eq!(open("another", &sealed), None);
        let mut bent = sealed.clone();
        bent[0] ^= 1;
        assert_eq!(open("one key", &bent), None);
        assert_eq!(open("one key", &[]), None);
    }
}
