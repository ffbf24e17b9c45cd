//! The tenant of a request, without blocking the async runtime.

use tenancy_core::request::RequestParts;
use tenancy_core::tenant::ActiveTenant;

use crate::error::Error;
use crate::tenancy::Tenancy;

/// The tenant that `request` names: from memory without leaving this thread, else by a look-up on a blocking
/// thread. Look-ups wait in order, so that a flood of invented names occupies as many threads as the control
/// plane has connections, and no more.
pub(super) async fn resolve(tenancy: &Tenancy, request: RequestParts) -> Result<ActiveTenant, Error> {
    match tenancy.resolve_from_memory(&request) {
        Some(answer) => answer,
        None => tenancy.run(move |tenancy| tenancy.resolve(&request)).await,
    }
}
