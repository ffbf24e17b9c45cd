//! Migrations tried for real, and undone.
//!
//! * [`Trial`]: applies what is pending to clones of the template and of some tenants. [`TrialOptions`]: of which, and
//!   whether down undoes up. [`TrialTenants`]: a sample, or these.
//! * [`TrialReport`]: what it would do to whom. [`SubjectTrial`]: one clone; [`MigrationTrial`]: one migration in it;
//!   [`Reversal`]: whether it can be undone; [`NotTried`]: what was left out, and why.
//!
//! # One transaction that is never committed
//!
//! Each subject is cloned into a scratch schema by what clones tenants ([`Provisioner`](crate::Provisioner)), and migrated
//! by what migrates tenants ([`Fleet`](crate::Fleet)), in one transaction that ends in a rollback. So nobody ever sees the
//! schema, and nothing has to be cleaned up: not when a migration fails, nor when the process or the server dies.
//!
//! * [`undone`] keeps a migration that ends its transaction itself from leaving anything behind.
//! * [`settings`]: each migration begins with the settings of a session that is new; [`constraints`]: what is checked at
//!   a commit is deferred again.
//!
//! # What a rollback does not undo
//!
//! What PostgreSQL does not undo in any transaction: the values of sequences that do not stand in the clone (one in a shared
//! schema; those of the clone are its own), files and programs (`COPY .. TO`, `lo_export`), messages of
//! `pg_logical_emit_message(false, ..)`, and whatever a function does elsewhere (`dblink`, HTTP, untrusted languages).
//! `NOTIFY`, large objects, roles, rights, comments and settings are undone.
//!
//! # Whom it keeps waiting
//!
//! The source is read and locked as by a clone of it: requests go on, a migration, rename or drop of that tenant waits until
//! its trial is over. The trial itself waits for nobody longer than two seconds. What a migration does to tables of shared
//! schemas it does to them, not to a clone: the locks that it takes there are held until the rollback.

mod attempt;
mod constraints;
mod ground;
mod migration;
mod options;
mod report;
mod reversal;
mod scratch_reader;
mod settings;

mod subject;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod trial;
mod undone;

pub use migration::MigrationTrial;
pub use options::{TrialOptions, TrialTenants};
pub use report::TrialReport;
pub use reversal::Reversal;
pub use subject::{NotTried, SubjectTrial};
pub use trial::Trial;
