//! What lives as long as the service.
//!
//! * [`Context`]: pools, caches and configuration; every handle of the facade borrows it.
//!   [`Settings`] is what the builder decided.
//! * `LoginPools`: the pools of logins other than the service's own.
//! * [`Refill`]: who makes spares in the background is woken by it.
//! * [`Directory`]: a short memory of registry rows for the request path.

#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod context;
mod directory;
mod login_pools;
mod refill;

pub(crate) use context::{Context, Settings};
pub(crate) use directory::Directory;
pub(crate) use refill::Refill;
