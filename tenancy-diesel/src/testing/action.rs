/// Something that the service does, by name.
pub(super) struct Action<B> {
    pub(super) name: String,
    pub(super) duty: Duty,
    pub(super) body: B,
}

/// What has to come out of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// The tenant's marker is seen.
    Reads,
    /// The operation's text stands in the tenant's schema afterwards.
    Writes,
    /// Nothing in particular.
    Calls,
    /// It is for an operator: names of tenants may be seen, rows of none.
    Operates,
}
