use crate::tenancy::Tenancy;

/// Creates, changes and drops tenants. Every method blocks for a few round trips on the control plane's pool.
#[derive(Debug, Clone, Copy)]
pub struct Provisioner<'a> {
    pub(super) tenancy: &'a Tenancy,
}

impl<'a> Provisioner<'a> {
    pub(crate) fn new(tenancy: &'a Tenancy) -> Self {
        Self { tenancy }
    }
}
