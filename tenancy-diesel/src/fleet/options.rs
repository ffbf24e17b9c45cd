use tenancy_core::fleet::Policy;

use super::Stop;

/// How a run goes about it.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Who first, how many at a time, how patiently, and what ends the run; kept in the ledger.
    pub policy: Policy,
    /// Asks the run to pause.
    pub stop: Stop,
    /// What to do while another run is under way.
    pub if_running: IfRunning,
    /// Whether it takes the place of a run over all tenants that somebody paused. Otherwise that is left alone: with
    /// [`IfRunning::Refuse`] it is [`Error::RunPaused`](crate::Error::RunPaused), else the report says
    /// [`left_to`](super::FleetReport::left_to).
    pub supersede: bool,
    /// Who asks for it, for the ledger; the login and the machine unless set.
    pub started_by: Option<String>,
}

impl RunOptions {
    /// The same with so many transactions at a time.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.policy.jobs = Some(jobs);
        self
    }

    /// The same for one tenant more, and for none that is not named.
    #[must_use]
    pub fn only(mut self, slug: tenancy_core::name::TenantSlug) -> Self {
        self.policy.only.push(slug);
        self
    }
}

impl From<Policy> for RunOptions {
    fn from(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
    }
}

/// What to do while another run over the whole fleet is under way: of another replica that starts at the same time, or of an
/// operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IfRunning {
    /// Wait until it has ended, and then do what it left undone.
    #[default]
    Wait,
    /// Leave the work to it and return at once. Tenants are of different versions for a while, which every session copes
    /// with.
    GoOn,
    /// Fail with [`Error::FleetBusy`](crate::Error::FleetBusy), which says who it is.
    Refuse,
}
