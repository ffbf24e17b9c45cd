use std::fmt;
use std::str::FromStr;

/// Whether tenants get roles of their own.
///
/// With a role, a tenant's sessions act as somebody who has rights on the tenant's schema and on what is shared, and
/// on nothing else: SQL that spells out another tenant's schema is refused by PostgreSQL. This decides whether a database
/// is set up for that; one that was keeps its roles, and new tenants get theirs, whatever is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TenantRoles {
    /// Every new tenant gets one, or the sign-up fails. The login that creates tenants must be allowed to create roles.
    #[default]
    On,
    /// The database is not set up for roles; all act as the login.
    Off,
}

/// A word that is neither `on` nor `off`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `on` nor `off`")]
pub struct UnknownTenantRoles(String);

impl FromStr for TenantRoles {
    type Err = UnknownTenantRoles;

    fn from_str(text: &str) -> Result<Self, UnknownTenantRoles> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            other => Err(UnknownTenantRoles(other.to_owned())),
        }
    }
}

impl fmt::Display for TenantRoles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "on",
            Self::Off => "off",
        })
    }
}
