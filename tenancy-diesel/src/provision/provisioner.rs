use crate::context::Context;

/// Creates, changes and drops tenants. Every method blocks for a few round trips on the control plane's pool.
#[derive(Debug, Clone, Copy)]
pub struct Provisioner<'a> {
    pub(super) context: &'a Context,
}

impl<'a> Provisioner<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }
}
