use tenancy_core::name::TenantSlug;

/// What is tried, and on whom. The template is, whenever it lacks a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialOptions {
    /// On clones of which tenants.
    pub tenants: TrialTenants,
    /// Whether the clones have the rows of what they are made from; they do unless set otherwise. Without rows a trial
    /// takes no longer for a large tenant than for a small one, and does not see what fails on rows.
    pub with_rows: bool,
    /// Whether each migration is also reverted and applied again, and what differs then is told.
    pub reversible: bool,
}

/// On clones of which tenants migrations are tried. None but those that lack some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialTenants {
    /// So many, chosen by [`sample`](tenancy_core::fleet::sample()).
    Sample(usize),
    /// These.
    Only(Vec<TenantSlug>),
}

impl Default for TrialOptions {
    fn default() -> Self {
        Self { tenants: TrialTenants::Sample(3), with_rows: true, reversible: false }
    }
}
