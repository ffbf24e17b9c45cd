//! Adapters for web frameworks.
//!
//! * [`Problem`]: what a client may read about an error (RFC 9457), free of any framework.
//! * [`rocket`]: request guards, catchers and responses for Rocket 0.5.

mod problem;
pub mod rocket;

pub use problem::Problem;
