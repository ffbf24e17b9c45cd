/// What is pinned to a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// A session, for as long as its connection is on loan. The connection must lead to a session of its own: to
    /// PostgreSQL itself, or through a pooler in session mode.
    #[default]
    Session,
    /// One transaction at a time, with `SET LOCAL`: nothing of it outlives the transaction, so that it also works
    /// through a pooler in transaction mode (PgBouncer and its kin), where the next transaction of the same
    /// connection may meet another session. What needs a session of its own (LISTEN, PREPARE, session-level locks,
    /// cursors that outlive their transaction) is refused or undone.
    Transaction,
}
