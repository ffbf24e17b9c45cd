use std::fmt;

use serde::Serialize;
use tenancy_core::name::SchemaName;

use super::Holder;

/// A session that holds a lock on a relation of a tenant, or waits for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blocker {
    /// Who.
    #[serde(flatten)]
    pub holder: Holder,
    /// The tenant's schema.
    pub schema: SchemaName,
    /// The relation's name.
    pub relation: String,
    /// PostgreSQL's name of the lock's mode: `AccessShareLock` is that of a reader.
    pub mode: String,
    /// Whether it has the lock. Else it waits, and whoever comes after it waits behind it.
    pub granted: bool,
}

/// `session 1234 (psql of alice, idle in transaction for 5 min) holds AccessShareLock on tenant_acme.customers`.
impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { holder, schema, relation, mode, granted } = self;
        let has = if *granted { "holds" } else { "waits for" };
        write!(f, "{holder} {has} {mode} on {schema}.{relation}")
    }
}
