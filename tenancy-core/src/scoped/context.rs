use crate::tenant::ActiveTenant;

/// Somebody who works in one tenant: a pinned connection, the right to one, or the tenant that a request was let
/// through to.
///
/// A bare [`TenantId`](crate::tenant::TenantId) is no such thing, and neither is a [`Scoped`](super::Scoped) value:
/// it would vouch for itself. A type of the application's that holds one of them may implement it.
pub trait InTenant {
    /// The tenant.
    fn tenant(&self) -> &ActiveTenant;
}

impl InTenant for ActiveTenant {
    fn tenant(&self) -> &ActiveTenant {
        self
    }
}

impl<C: InTenant + ?Sized> InTenant for &C {
    fn tenant(&self) -> &ActiveTenant {
        (**self).tenant()
    }
}
