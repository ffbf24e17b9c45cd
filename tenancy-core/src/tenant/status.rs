use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a tenant stands in its life. Only an active one is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TenantStatus {
    /// Its schema is being built; visible only inside the transaction that builds it.
    Provisioning,
    /// Served.
    Active,
    /// Not served until it is activated again; migrated with the rest.
    Suspended,
    /// Not served and kept for the record; migrated with the rest.
    Archived,
    /// It is being dropped in steps: it is not served, and only a drop can go on with it.
    Dropping,
}

/// A status that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no status of a tenant: expected provisioning, active, suspended, archived or dropping")]
pub struct UnknownStatus(String);

impl TenantStatus {
    /// The status as the registry stores it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Archived => "archived",
            Self::Dropping => "dropping",
        }
    }
}

impl fmt::Display for TenantStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TenantStatus {
    type Err = UnknownStatus;

    fn from_str(status: &str) -> Result<Self, UnknownStatus> {
        [Self::Provisioning, Self::Active, Self::Suspended, Self::Archived, Self::Dropping]
            .into_iter()
            .find(|known| known.as_str() == status)
            .ok_or_else(|| UnknownStatus(status.to_owned()))
    }
}
