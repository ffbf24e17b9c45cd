//! Logins that serve some tenants only.
//!
//! * [`Logins`]: makes them, gives them to tenants, changes their passwords.
//! * [`Login`]: one of them.

mod dedicate;
mod login;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod logins;
mod shards;

pub use login::{Login, LoginKind};
pub use logins::Logins;
