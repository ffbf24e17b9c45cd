//! Names and how they enter SQL.
//!
//! * [`TenantSlug`]: what a customer is called, `^[a-z0-9_]+$`.
//! * [`SchemaName`]: a PostgreSQL schema that this library may create, pin or drop.
//! * [`SchemaNaming`]: the only road from a slug to a schema: a prefix (`tenant_`) and the template's name.
//! * [`RoleName`]: a role that this library made.
//! * [`reserved`]: the slugs that nobody may take.
//! * [`Ident`] and [`Literal`]: the only two ways in which a name or a text enters SQL.
//!
//! ```
//! use tenancy_core::name::{SchemaNaming, TenantSlug};
//!
//! let acme: TenantSlug = "acme".parse()?;
//! assert_eq!(SchemaNaming::default().schema_for(&acme)?.as_str(), "tenant_acme");
//! assert!("acme; DROP SCHEMA public".parse::<TenantSlug>().is_err());
//! # Ok::<(), tenancy_core::name::NameError>(())
//! ```

mod error;
mod naming;
mod plain;
mod quote;
pub mod reserved;
mod role;
mod schema;
mod slug;

pub use error::NameError;
pub use naming::SchemaNaming;
pub use quote::{Ident, Literal};
pub use role::RoleName;
pub use schema::SchemaName;
pub use slug::TenantSlug;

/// PostgreSQL's limit for identifiers in bytes (`NAMEDATALEN - 1`); a longer one is cut off with only a
/// notice, so two long names may become one schema (PostgreSQL manual, 4.1.1).
pub const MAX_IDENTIFIER_BYTES: usize = 63;
