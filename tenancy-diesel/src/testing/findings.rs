use std::fmt;

use tenancy_core::name::TenantSlug;

/// A marker of one tenant where only another one's may be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Foreign {
    /// Whose operation or whose schema it was; `None` for what belongs to no tenant (a shared schema, the
    /// template, an operator's action).
    pub tenant: Option<TenantSlug>,
    /// Whose marker it is.
    pub owner: TenantSlug,
    /// The action that brought it up, and the number of the operation; `None` when it was found in the database
    /// afterwards.
    pub operation: Option<(String, u64)>,
    /// Where: `body`, `header x`, `column body of table tenant_b.notes`.
    pub place: String,
    /// The action and the operation that wrote it; `None` for what was planted.
    pub written_by: Option<(String, u64)>,
    /// What stands around it.
    pub excerpt: String,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenant = self.tenant.as_ref().map_or("nobody", TenantSlug::as_str);
        write!(f, "`{}` in the {} of `{tenant}`", self.owner, self.place)?;
        if let Some((action, number)) = &self.operation {
            write!(f, ", operation {number}: {action}")?;
        }
        if let Some((action, number)) = &self.written_by {
            write!(f, "; written by operation {number}: {action}")?;
        }
        write!(f, "\n      {}", self.excerpt)
    }
}

/// An operation that said it had succeeded, and the tenant's marker is not where it should be: the read came from
/// somewhere else, or the write went there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// The tenant.
    pub tenant: TenantSlug,
    /// The action.
    pub action: String,
    /// The number of the operation.
    pub operation: u64,
    /// What is missing, or was there instead.
    pub instead: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`, operation {}: {}\n      {}", self.tenant, self.operation, self.action, self.instead)
    }
}

/// An operation that failed although nothing was done to it: before the faults began, or after they had ended, in
/// five attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unserved {
    /// The tenant.
    pub tenant: TenantSlug,
    /// The action.
    pub action: String,
    /// Whether it was after the faults.
    pub afterwards: bool,
    /// What came out of it.
    pub instead: String,
}

impl fmt::Display for Unserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.afterwards { "after the faults had ended" } else { "before any fault" };
        write!(f, "`{}`, {when}: {}\n      {}", self.tenant, self.action, self.instead)
    }
}
