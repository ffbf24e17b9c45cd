//! Values that mean something in one tenant only.
//!
//! Every tenant counts from one, so ticket 7 of one tenant and ticket 7 of another are two tickets with one id. A
//! [`Scoped`] id remembers whose it is.
//!
//! * [`Scoped`]: a value of one tenant.
//! * [`InTenant`]: who works in a tenant; only before such a one does a value come out.
//! * [`WrongTenant`]: it was somebody else.
//! * [`ParseScopedError`]: a text that is no scoped value.

mod context;
mod error;
mod value;

pub use context::InTenant;
pub use error::{ParseScopedError, WrongTenant};
pub use value::Scoped;
