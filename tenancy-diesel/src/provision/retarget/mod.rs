//! A schema gets another name, and with it the functions in which it is named as text.
//!
//! PostgreSQL keeps references by OID, so a rename changes nothing about them; but the body of a function in `sql` or
//! `plpgsql` and a `SET search_path` are texts. They are read and written as for a clone
//! ([`Body`](tenancy_core::blueprint::Body), [`Settings`](tenancy_core::blueprint::Settings)).

mod program;
#[expect(clippy::module_inception, reason = "the file is named after its function")]
mod retarget;

pub(super) use retarget::{Doubts, Programs, naming, retarget};
