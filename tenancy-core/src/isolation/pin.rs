//! The one statement that pins a session to a tenant.
//!
//! It is a single prepared statement, so a pin costs one round trip, its parameters are never spliced into SQL,
//! and what PostgreSQL made of them is read back. It reads the registry in the same breath: a tenant that was
//! suspended, dropped, renamed or moved since the caller looked it up yields no row, and then *nothing is set*,
//! because `set_config` in a select list runs once per row.

/// Parameters: `$1` uuid, the tenant; `$2` text, its schema; `$3` text, the search path; `$4` text, the
/// pin (see [`super::Gate`]). Columns: `held` (see [`LOCK_CLASS`]), `schema` (what the path resolved to; NULL
/// when the schema does not exist), `template_version`.
///
/// The select list is evaluated from left to right, so `current_schema()` sees the new path; were it not, the
/// schema read back would differ and the pin would be refused.
pub const STATEMENT: &str = "\
SELECT pg_catalog.pg_try_advisory_lock_shared(1952804465, pg_catalog.hashtext($1::pg_catalog.text)) AS held, \
pg_catalog.set_config('search_path', $3, false) AS search_path, \
pg_catalog.set_config('tenancy.tenant', $1::pg_catalog.text, false) AS tenant, \
pg_catalog.set_config('tenancy.pin', $4, false) AS pin, \
pg_catalog.current_schema()::pg_catalog.text AS schema, \
t.template_version AS template_version \
FROM tenancy.tenants t \
WHERE t.id OPERATOR(pg_catalog.=) $1 \
AND t.status OPERATOR(pg_catalog.=) 'active' \
AND t.schema_name OPERATOR(pg_catalog.=) $2";

/// The class of the advisory lock that a pinned session holds on its tenant, shared (`tenq` in ASCII). Whoever
/// drops, renames or moves a tenant takes it exclusively: the schema never disappears under a pinned session,
/// whose unqualified names would then fall through to the shared schemas. Two tenants whose ids have one hash
/// only wait for each other.
pub const LOCK_CLASS: i32 = 1_952_804_465;
