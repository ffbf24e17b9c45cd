//! Where a tenant's data lives.

use serde::{Deserialize, Serialize};

use crate::name::SchemaName;

/// Where a tenant's data lives: a column of its row, not a type parameter, so that one service hosts all kinds
/// and moves a tenant between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Placement {
    /// A schema of its own in the shared database.
    Schema {
        /// The schema.
        schema: SchemaName,
    },
    /// A database of its own. Not available yet: a session plan for it is refused.
    Database {
        /// The database.
        database: String,
        /// The schema inside it.
        schema: SchemaName,
    },
    /// Rows of shared tables behind row-level security. Not available yet: a session plan for it is refused.
    Rows,
}

impl Placement {
    /// The name of the kind, as the registry stores it: `schema`, `database` or `rows`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Schema { .. } => "schema",
            Self::Database { .. } => "database",
            Self::Rows => "rows",
        }
    }

    /// The schema that holds the tenant's tables, where it has one.
    pub fn schema(&self) -> Option<&SchemaName> {
        match self {
            Self::Schema { schema } | Self::Database { schema, .. } => Some(schema),
            Self::Rows => None,
        }
    }
}
