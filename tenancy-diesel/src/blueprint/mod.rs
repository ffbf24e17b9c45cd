//! Reading a template once, so that cloning it is one batch.
//!
//! * [`capture()`]: reads a schema into a [`Blueprint`](tenancy_core::blueprint::Blueprint).
//! * [`fingerprint()`]: a [`Fingerprint`] that changes with anything in the schema, in one cheap query.
//! * [`BlueprintCache`]: captures only when the fingerprint changed.
//! * [`CaptureError`], with a [`Refusal`] for everything that cannot be carried.
//!
//! ```no_run
//! # use diesel::{Connection, PgConnection, connection::SimpleConnection};
//! # use tenancy_core::name::SchemaName;
//! # use tenancy_diesel::blueprint::BlueprintCache;
//! # fn sign_up(conn: &mut PgConnection, cache: &BlueprintCache) -> Result<(), Box<dyn std::error::Error>> {
//! let template = SchemaName::parse("base_template")?;
//! let acme = SchemaName::parse("tenant_acme")?;
//! conn.transaction(|conn| {
//!     let blueprint = cache.get(conn, &template)?;
//!     Ok(conn.batch_execute(blueprint.render(&acme).as_str())?)
//! })
//! # }
//! ```
//!
//! # How a template is read
//!
//! Inside a savepoint the template is renamed to a sentinel, the search path is emptied, the catalogues are
//! read, and the savepoint is rolled back, whatever happened. Nobody else sees the name, and nobody waits but
//! another capture of the same template. The role that captures must own the template.
//!
//! # What is carried, and how nothing is lost
//!
//! Each file in `kind` reads one kind of object and says which rows of `pg_depend` it accounts for. In the end
//! *every* row of `pg_depend` that ties something to the schema must be accounted for, and a list of checks
//! must find nothing (grants, other owners, tablespaces, ...). The rest is refused by name, all at once.
//!
//! A body that is text is resolved when it runs, by the path of whoever calls it. The script runs under an empty path,
//! but for what such a function is run by (an index, a constraint, a materialized view): that is created under the
//! tenant's own path.
//!
//! # Hierarchies of tables
//!
//! Each table, index and key of a hierarchy is an object of its own, under its own name. A partition is created with its
//! own columns, defaults and checks and then attached; so is its index, behind that of the partitioned table, which is
//! created for it alone and stays invalid where the template's is. What PostgreSQL makes in partitions by itself (row
//! triggers, foreign keys) is left to it, and corrected where the template differs: a trigger that is switched off in
//! one partition, a foreign key with a name of its own.
//!
//! A child begins with its parents' columns, or joins them later (`ALTER TABLE .. INHERIT`) where it declares all of its
//! columns. One whose inherited columns stand behind its own, because a parent got them later, is refused, and so is a
//! hierarchy that leaves the schema: the rows of all tenants would be seen through its table.
//!
//! Not part of a clone are rows, but for those of `__diesel_schema_migrations`, and where a sequence stands:
//! the clone's starts at its START value.

mod cache;
mod capture;
mod catalog;
mod class;
mod completeness;
mod error;
mod fingerprint;
mod inventory;
mod kind;
mod refusal;

pub use cache::BlueprintCache;
pub use capture::capture;
pub use error::CaptureError;
pub use fingerprint::{Fingerprint, fingerprint};
pub use refusal::Refusal;
