//! What the catalogues say about a schema, so that two schemas can be compared.
//!
//! * [`Reader`]: reads a schema: as a [`Digest`], one number, or as a
//!   [`Structure`](tenancy_core::structure::Structure), object by object.
//! * [`Subject`]: a schema, and whose it is. [`ReadError`]: why it was not read.
//!
//! Nothing here is shared with the capture of a [`blueprint`](crate::blueprint): what a clone is proved by must not
//! have the clone's mistakes.
//!
//! ```no_run
//! # use diesel::{Connection, PgConnection, connection::SimpleConnection};
//! # use tenancy_core::name::SchemaName;
//! # use tenancy_diesel::structure::{Reader, Subject};
//! # fn differ(conn: &mut PgConnection) -> Result<(), Box<dyn std::error::Error>> {
//! let (template, acme) = (SchemaName::parse("base_template")?, SchemaName::parse("tenant_acme")?);
//! conn.transaction(|conn| {
//!     conn.batch_execute(Reader::settings().as_str())?;
//!     for difference in Reader::default().compare(conn, Subject::of(&template), Subject::of(&acme))? {
//!         println!("{difference}");
//!     }
//!     Ok(())
//! })
//! # }
//! ```
//!
//! # How names become independent of the schema
//!
//! `search_path` is set to the schema inside the statement, and put back by its end: what PostgreSQL deparses then
//! names the schema's own objects without it, and everybody else's with theirs. A clone that still points into the
//! template differs by that alone. Where the schema's own name comes out all the same (bodies of functions, paths of
//! functions, a call that would be ambiguous), the digest is not believed and the objects are compared one by one,
//! as [`Form`](tenancy_core::structure::Form) says.
//!
//! # Why it looks like this
//!
//! PostgreSQL plans every statement anew after CREATE SCHEMA, and for a small template planning is most of the cost.
//! So there are no joins: each catalogue is read by an index with an array of OIDs, and a catalogue whose kind occurs
//! in neither schema is left out. What was left out and is there after all is told by the statement itself.
//!
//! Not compared: rows, where sequences stand, statistics, sizes; publications; the versions of libraries behind
//! collations; which of several fitting indexes a foreign key leans on; names of array types. The tenant's own role is
//! left out where it has exactly what the library grants it, which `tenancy doctor` looks after.

mod branch;
mod catalogue;
mod digest;
mod reader;
mod shared;
mod statement;

pub use digest::Digest;
pub use reader::{ReadError, Reader, Subject};
pub(crate) use shared::SharedReader;
