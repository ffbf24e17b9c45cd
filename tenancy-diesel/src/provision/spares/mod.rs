//! Clones of the template that wait for sign-ups, so that a sign-up costs a rename.
//!
//! * [`Spares`]: list them, keep some.
//! * `claim`: a sign-up takes one over, in its own transaction.
//! * `make`: one is cloned, with the role of its tenant to be.
//! * `discard`: one of a template that has changed since is dropped.
//! * [`refiller`]: the thread that keeps as many as the service wants.

mod claim;
mod discard;
mod make;
pub(crate) mod refiller;
mod spare;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod spares;

pub(super) use claim::Claimed;
pub use spare::{Spare, SpareStanding};
pub use spares::{Spares, SparesReport};

/// What a clone is made like: what another version of the library made may lack what this one carries.
const MADE_BY: &str = env!("CARGO_PKG_VERSION");
