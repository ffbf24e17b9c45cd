//! The tenant of a request, without blocking the async runtime.

use std::panic::resume_unwind;

use tenancy_core::request::RequestParts;
use tenancy_core::tenant::ActiveTenant;
use tokio::task::spawn_blocking;

use crate::error::Error;
use crate::tenancy::Tenancy;

/// The tenant that `request` names: from memory without leaving this thread, else by a look-up on a blocking
/// thread. Look-ups wait in order for a permit, so that a flood of invented names occupies as many threads as
/// the control plane has connections, and no more.
pub(super) async fn resolve(tenancy: &Tenancy, request: RequestParts) -> Result<ActiveTenant, Error> {
    if let Some(answer) = tenancy.resolve_from_memory(&request) {
        return answer;
    }
    let permit = tenancy.look_up_permit().await?;
    // Whoever waited before us may have asked for the same tenant.
    if let Some(answer) = tenancy.resolve_from_memory(&request) {
        return answer;
    }
    let tenancy = tenancy.clone();
    let look_up = spawn_blocking(move || {
        let answer = tenancy.resolve(&request);
        drop(permit);
        answer
    });
    match look_up.await {
        Ok(answer) => answer,
        Err(failure) if failure.is_panic() => resume_unwind(failure.into_panic()),
        Err(_) => Err(Error::Unreachable("the runtime is shutting down".to_owned())),
    }
}
