//! The one statement that pins a session to a tenant.
//!
//! It is a single prepared statement, so a pin costs one round trip, its parameters are never spliced into SQL,
//! and what PostgreSQL made of them is read back. It calls a function of the control plane
//! (`migrations/registry`), which first takes a shared lock on the tenant and *then*, with a new snapshot, asks
//! the registry. Were it one query, its snapshot would be older than its lock, and a drop that commits in
//! between, followed by a sign-up of the same name, would go unnoticed.
//!
//! Where the tenant has a role, the session acts as it from there on, so that PostgreSQL itself refuses whatever is
//! not the tenant's.
//!
//! A tenant that was suspended, dropped, renamed or moved since the caller looked it up, or whose slug is another
//! tenant's now, is not `active`, and then *nothing is set*.

/// Parameters: `$1` uuid, the tenant; `$2` text, its slug; `$3` text, its schema; `$4` text, the search path;
/// `$5` text, the pin (see [`super::Gate`]). One row with the columns `held` (see [`LOCK_CLASS`]), `active`,
/// `resolved` (what the path resolved to; NULL when the schema does not exist), `template_version`.
pub const STATEMENT: &str =
    "SELECT p.held, p.active, p.resolved, p.template_version FROM tenancy.pin($1, $2, $3, $4, $5, false) p";

/// The class of the advisory lock that a pinned session holds on its tenant, shared (`tenq` in ASCII). Whoever
/// drops, renames or moves a tenant takes it exclusively: the schema does not disappear under a pinned session,
/// whose unqualified names would then fall through to the shared schemas. Two tenants whose ids have one hash
/// share it: while one is being dropped, the other is briefly busy.
pub const LOCK_CLASS: i32 = 1_952_804_465;
