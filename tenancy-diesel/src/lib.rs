//! Placeholder of the skeleton.

pub mod blueprint;
