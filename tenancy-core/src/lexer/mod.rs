//! PostgreSQL's tokens, as its `scan.l` sees them, which `sql` and `plpgsql` share. `standard_conforming_strings` is on.
//!
//! [`scan`] gives a text's [`Token`]s, [`scan_all`] its comments too.

#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod lexer;
mod token;

pub(crate) use lexer::{continues_name, scan, scan_all};
pub(crate) use token::{Kind, Token};
