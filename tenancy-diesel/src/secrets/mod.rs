//! Passwords that the library makes, and how they are kept.
//!
//! * [`SecretKey`]: the service's key, which seals what stands in the registry.
//! * [`password`]: passwords of logins.

mod key;
pub(crate) mod password;

pub use key::{SecretError, SecretKey};
