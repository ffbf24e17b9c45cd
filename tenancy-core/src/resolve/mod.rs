//! Which tenant a request names.
//!
//! * [`Resolve`]: one source (a header, the host name, ...). Pure: it reads [`RequestParts`] and names a
//!   [`TenantKey`]; it looks nothing up.
//! * [`ResolverChain`]: sources in order, strongest first.
//! * [`Subdomain`], [`TenantHeader`]: the sources of this version.

mod chain;
mod header;
mod subdomain;

pub use chain::ResolverChain;
pub use header::TenantHeader;
pub use subdomain::Subdomain;

use crate::name::{NameError, TenantSlug};
use crate::request::RequestParts;
use crate::tenant::TenantId;

/// How a request names its tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TenantKey {
    /// By what it is called.
    Slug(TenantSlug),
    /// By its identity.
    Id(TenantId),
}

impl std::fmt::Display for TenantKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Slug(slug) => slug.fmt(f),
            Self::Id(id) => id.fmt(f),
        }
    }
}

/// A source that is present and does not name a tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// What the source says can be no tenant's name.
    #[error("the {from} names no valid tenant: {reason}")]
    Invalid {
        /// The source, for people (`X-Tenant-ID header`).
        from: &'static str,
        /// The rule it breaks.
        reason: NameError,
    },
    /// The source speaks twice.
    #[error("the {from} is given more than once")]
    Repeated {
        /// The source, for people.
        from: &'static str,
    },
}

/// One source of the tenant's name. Called on every request; must neither block nor look anything up.
pub trait Resolve: Send + Sync {
    /// The tenant that this source names, or `None` when the source is absent.
    ///
    /// # Errors
    ///
    /// A [`ResolveError`] when the source is present and makes no sense.
    fn resolve(&self, request: &RequestParts) -> Result<Option<TenantKey>, ResolveError>;
}
