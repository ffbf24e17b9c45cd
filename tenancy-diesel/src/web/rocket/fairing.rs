use ::rocket::fairing::{self, Fairing, Info, Kind};
use ::rocket::{Build, Rocket, async_trait};

use super::catchers;
use crate::tenancy::Tenancy;

/// Manages the [`Tenancy`], so that handlers may take [`TenantDb`](crate::TenantDb), and answers failures with
/// problem documents ([`catchers`]).
///
/// An application with a default catcher of its own manages the [`Tenancy`] itself (`.manage(tenancy)`).
#[derive(Debug, Clone)]
pub struct TenancyFairing(Tenancy);

impl TenancyFairing {
    /// A fairing for `tenancy`.
    pub fn new(tenancy: Tenancy) -> Self {
        Self(tenancy)
    }
}

#[async_trait]
impl Fairing for TenancyFairing {
    fn info(&self) -> Info {
        Info { name: "Tenancy", kind: Kind::Ignite | Kind::Singleton }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        // A second one would be ignored silently, and requests served from another database than meant.
        if rocket.state::<Tenancy>().is_some() {
            tracing::error!("a `Tenancy` is managed already: attach the fairing or manage it, not both");
            return Err(rocket);
        }
        Ok(rocket.manage(self.0.clone()).register("/", catchers()))
    }
}
