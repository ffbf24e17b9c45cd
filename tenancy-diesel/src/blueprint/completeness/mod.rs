//! The proof that nothing of the template is lost.
//!
//! Two questions are put to the catalogues, neither of which knows the kinds that are captured:
//!
//! 1. `dependencies.sql`: what belongs to the schema, by `pg_depend`? Each row must be accounted for by an
//!    object, or be created by PostgreSQL along with something that is (an array type, a TOAST table).
//! 2. `checks.sql`: which properties do the members have that no script of ours sets (grants, owners, ...)?
//!
//! The same edges then say what each object needs.

mod checks;
mod dependencies;
mod prove;

pub(super) use prove::prove;
