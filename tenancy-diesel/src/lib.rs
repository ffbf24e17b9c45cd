//! Placeholder of the skeleton.

#[cfg(feature = "embedded")]
pub mod embedded;
