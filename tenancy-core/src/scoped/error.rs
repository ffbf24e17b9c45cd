use crate::name::TenantSlug;
use crate::tenant::TenantId;

/// A value of one tenant was used in another.
///
/// Either a bug, or somebody tried. The text is for operators: a client must not learn that the value means
/// something elsewhere, so the web adapters answer as if it meant nothing. The value itself is not in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a value of tenant {owner} was used in tenant `{slug}` ({used_in})")]
pub struct WrongTenant {
    /// Whose value it is.
    pub owner: TenantId,
    /// The tenant that it was used in.
    pub used_in: TenantId,
    /// What that tenant is called.
    pub slug: TenantSlug,
}

/// A text that is no [`Scoped`](super::Scoped) value. Neither message repeats the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseScopedError<E> {
    /// It does not begin with a tenant's id and a colon.
    #[error("a tenant's id and `:` must stand in front of the value")]
    Tenant,
    /// What stands behind the colon is no such value.
    #[error("behind the tenant's id: {0}")]
    Value(#[source] E),
}
