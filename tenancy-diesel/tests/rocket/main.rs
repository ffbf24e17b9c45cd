//! The Rocket adapter: who is asking, what is answered, and what a request leaves behind.

mod isolation;
mod launch;
mod statuses;
mod support;
