//! Secrets that a client holds: of sessions, and in links that are mailed.
use super::Moment;
use crate::hex::hex;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;

/// 256 random bits as base64url; the database has only its [`hash`](Self::hash). `Debug` and errors never show it.
///
/// It serialises as what it is, because the answer to a repeated request must be the same: whoever stores an outcome that
/// holds one keeps it as secret as the client does.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    pub(crate) fn new(moment: &mut Moment<'_>) -> Self {
        Self(URL_SAFE_NO_PAD.encode(moment.bytes::<32>()).into())
    }

    /// With a word before it that tells what it is for.
    pub(crate) fn beginning_with(word: &str, moment: &mut Moment<'_>) -> Self {
        Self(format!("{word}{}", URL_SAFE_NO_PAD.encode(moment.bytes::<32>())).into())
    }

    /// What a client sent, whatever it is.
    pub fn sent(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// SHA-256 of its text, hexadecimal: what it is looked up by, so that nothing secret is ever compared.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.expose()))
    }

    /// The secret itself, for its client.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_token_is_256_bits_and_known_by_its_hash_only() {
        let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let mut moment = Moment::new(chrono::DateTime::UNIX_EPOCH, &mut random);
        let (one, other) = (Token::new(&mut moment), Token::new(&mut moment));
        assert_eq!(URL_SAFE_NO_PAD.decode(one.expose()).unwrap().len(), 32);
        assert_ne!(one.expose(), other.expose());
        assert_eq!(format!("{one:?}"), "Token(…)");
        // printf abc | sha256sum
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Token::sent("abc").hash(), hash);
        let back: Token = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(back.expose(), one.expose());
    }
}
