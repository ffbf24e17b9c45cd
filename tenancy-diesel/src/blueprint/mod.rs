//! Reading a template once, so that cloning it is one batch.
//!
//! * [`capture()`]: reads a schema into a [`Blueprint`](tenancy_core::blueprint::Blueprint).
//! * [`fingerprint()`]: a [`Fingerprint`] that changes with anything in the schema, in one cheap query.
//! * [`capture_as()`]: the same with an [`Extent`]: which [`Rows`].
//! * [`BlueprintCache`]: captures only when the fingerprint changed.
//! * [`doubts()`]: functions that name the template so that reading cannot decide what they mean.
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
//! must find nothing (base types, what is published, ...). The rest is refused by name, all at once: also what
//! only a superuser may create, when the role that captures is none.
//!
//! Casts, transforms and entries of operator families have no schema; they count as the schema's where they are for its
//! types. What is written in C is carried by its definition (functions, casts WITHOUT FUNCTION, operator classes, text
//! search parsers and templates), but for base types. A collation gets the version of its provider's data as it is now.
//!
//! # Texts
//!
//! The body of a function in `sql` or `plpgsql` is read by its tokens, and where it qualifies a name by the template's
//! name, or its `SET search_path` lists it, the clone's is written (see [`Body`](tenancy_core::blueprint::Body)). What
//! cannot be decided stays as it is and is told by [`doubts()`], `tenancy init`, `tenancy check` and `tenancy doctor`.
//!
//! A body that is text is resolved when it runs, by the path of whoever calls it. The script runs under an empty path,
//! but for what such a function is run by (an index, a constraint, a materialized view): that is created under the
//! tenant's own path.
//!
//! # Who may
//!
//! Rights that differ from PostgreSQL's defaults are given to the same roles on the clone, with their grant options,
//! by its owner, whoever gave them in the template; so are default privileges of the schema. The tenant's role gets its
//! own rights besides, by default privileges that stand before anything else does; where the template takes EXECUTE on a
//! function from PUBLIC, that includes the tenant. Where tenants have roles, a right on the schema or on anything with
//! rows that PUBLIC has, and any right of a tenant's role, of the tenants' group or of a role that they are members of,
//! is refused: each tenant would have it on every other's. Without roles, rights keep no tenants apart, and the template
//! decides. Of a tenant's own schema, its own role's rights are left out.
//!
//! What belongs to another role than the schema does so in the clone, if whoever captures could make it so and tenants
//! have no roles; where they have, everything belongs to the owner role. Global default privileges (those of no schema)
//! reach a clone as they reach whatever else is created.
//!
//! Event triggers see a clone as the commands that it is, under its final name; one that raises ends it. A security label
//! needs its provider where the clone is made, which a capture tries out.
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
//! # Rows
//!
//! A clone starts with the rows of `__diesel_schema_migrations`, and with those that its [`Extent`] names; the sequences
//! of those tables go on where the source's stand, all others start at their START value. The rows of all tables are read
//! from one snapshot, whatever is written to them meanwhile, and before anything stands that could fire.
//!
//! Values of the schema's own types (enums, composite types, domains, ranges, arrays of them) become values of the
//! clone's types by their text. What a `regclass`, `regtype`, `regproc`, `regconfig`, `regdictionary`, `regcollation` or
//! `regnamespace` column refers to in the source, it refers to in the clone; inside arrays and composite values, and in
//! columns of `regprocedure`, `regoper`, `regoperator` and `oid`, an OID stays the same. So does that of a large object,
//! which no schema owns: both refer to the one that is there.

mod cache;
mod capture;
mod catalog;
mod class;
mod completeness;
mod doubts;
mod error;
mod extent;
mod finding;
mod fingerprint;
mod inventory;
mod kind;
mod refusal;
mod tenants;

pub use cache::BlueprintCache;
pub use capture::{capture, capture_as};
pub use doubts::{Undecided, doubts};
pub use error::CaptureError;
pub use extent::{Extent, Rows};
pub use fingerprint::{Fingerprint, fingerprint};
pub use refusal::Refusal;
