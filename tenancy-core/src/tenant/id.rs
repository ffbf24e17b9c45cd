use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The identity of a tenant. It survives a rename; PostgreSQL generates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(Uuid);

impl TenantId {
    /// Wraps the registry's key.
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The registry's key.
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
