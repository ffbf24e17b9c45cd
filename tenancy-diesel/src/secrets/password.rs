//! Passwords of logins.

use std::fmt::Write as _;

use super::SecretError;
use super::key::fill;

/// A password of 256 random bits, in hexadecimal digits, which need no escaping anywhere.
pub(crate) fn fresh() -> Result<String, SecretError> {
    let mut bytes = [0; 32];
    fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// What PostgreSQL stores of `password`: sent instead of the password, which therefore appears in no log
/// (PostgreSQL manual, CREATE ROLE: "already in SCRAM-encrypted format, it is stored as-is").
pub(crate) fn verifier(password: &str) -> String {
    postgres_protocol::password::scram_sha_256(password.as_bytes())
}
