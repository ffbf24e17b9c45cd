use std::fmt;
use std::str::FromStr;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};

/// The service's key: 32 bytes, written as 64 hexadecimal digits.
///
/// It seals passwords of logins in the registry, so that a copy of the database, or somebody who reads the registry,
/// does not have them. Keep it where the service keeps its other secrets; `openssl rand -hex 32` makes one. Whoever
/// loses it rotates the passwords with a new one ([`Logins::rotate`](crate::Logins::rotate)).
#[derive(Clone)]
pub struct SecretKey(Box<Aes256Gcm>);

/// A key or a sealed text cannot be used. Neither is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The text of the key.
    #[error("the secret key must be 64 hexadecimal digits: `openssl rand -hex 32` makes one")]
    Key,
    /// The sealed text.
    #[error(
        "the password of login `{0}` was sealed with another key, or changed since: use that key, or give the login a \
         new password with `tenancy logins --rotate`"
    )]
    Sealed(String),
    /// The operating system has no randomness to give.
    #[error("the operating system gives no random bytes: {0}")]
    Random(String),
}

/// AES-GCM's, in bytes; drawn at random for each text, of which there are few.
const NONCE: usize = 12;

impl SecretKey {
    /// Seals `text` for `owner`: what was sealed for one login does not open as another's.
    pub(crate) fn seal(&self, text: &str, owner: &str) -> Result<Vec<u8>, SecretError> {
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let payload = Payload { msg: text.as_bytes(), aad: owner.as_bytes() };
        let sealed = self
            .0
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| SecretError::Sealed(owner.to_owned()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`seal`](Self::seal) made for `owner`.
    pub(crate) fn open(&self, sealed: &[u8], owner: &str) -> Result<String, SecretError> {
        let refused = || SecretError::Sealed(owner.to_owned());
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(refused)?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        let text = self.0.decrypt(&Nonce::from(*nonce), payload).map_err(|_| refused())?;
        String::from_utf8(text).map_err(|_| refused())
    }
}

/// Fills `bytes` with random ones.
pub(super) fn fill(bytes: &mut [u8]) -> Result<(), SecretError> {
    getrandom::fill(bytes).map_err(|error| SecretError::Random(error.to_string()))
}

impl FromStr for SecretKey {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let digits = text.trim().as_bytes();
        if digits.len() != 64 {
            return Err(SecretError::Key);
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (digit(pair[0]), digit(pair[1]));
            *byte = high.zip(low).map(|(high, low)| high << 4 | low).ok_or(SecretError::Key)?;
        }
        Aes256Gcm::new_from_slice(&key).map(|cipher| Self(Box::new(cipher))).map_err(|_| SecretError::Key)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_owner_with_its_key_only() {
        let key: SecretKey =
            "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100".parse().unwrap();
        let other: SecretKey = "1".repeat(64).parse().unwrap();
        let sealed = key.seal("secret", "login_a").unwrap();
        assert_eq!(key.open(&sealed, "login_a").unwrap(), "secret");
        assert_ne!(key.seal("secret", "login_a").unwrap(), sealed, "no two look alike");
        assert!(key.open(&sealed, "login_b").is_err());
        assert!(other.open(&sealed, "login_a").is_err());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(key.open(&changed, "login_a").is_err());
        assert!(key.open(&sealed[..5], "login_a").is_err());
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits_and_never_shown() {
        for text in ["", "1", &"g".repeat(64), &"1".repeat(63), &"é".repeat(32)] {
            assert_eq!(text.parse::<SecretKey>().unwrap_err(), SecretError::Key, "{text}");
        }
        assert_eq!(format!("{:?}", "a".repeat(64).parse::<SecretKey>().unwrap()), "SecretKey(***)");
    }
}
