use crate::context::Context;

/// Creates, changes and drops tenants. Every method blocks for a few round trips on the control plane's pool.
#[derive(Debug, Clone, Copy)]
pub struct Provisioner<'a> {
    pub(super) context: &'a Context,
    pub(super) prove_clones: bool,
}

impl<'a> Provisioner<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context, prove_clones: context.prove_clones }
    }

    /// Whether clones are compared with the template; see
    /// [`TenancyBuilder::prove_clones`](crate::TenancyBuilder::prove_clones).
    #[must_use]
    pub fn prove_clones(self, prove: bool) -> Self {
        Self { prove_clones: prove, ..self }
    }
}
