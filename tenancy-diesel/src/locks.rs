//! Who waits for whom. All are PostgreSQL's advisory locks: they vanish with the connection that holds them.
//!
//! | lock | shared by | exclusive for |
//! |---|---|---|
//! | template | a sign-up, until its commit | a migration of the template |
//! | slug | | a sign-up of that name |
//! | spares of a template | | whoever makes or drops some |
//! | template changes owner | | a sign-up that finds what is not the owner's |
//! | tenant in use | a pinned session, an operator's SQL, a clone of the tenant | drop, rename, adoption, another login |
//! | tenant migrating | a clone of the tenant | a runner that migrates the tenant, drop, rename, adoption, another login |
//! | run | | whoever carries out a run, while it lives |
//! | fleet | | a run over all tenants |
//!
//! So a sign-up sees the template wholly before or wholly after a migration, and a tenant never disappears
//! under a session that is pinned to it.

use std::time::Duration;

use diesel::result::Error as DieselError;
use tenancy_core::fleet::RunId;
use tenancy_core::isolation::pin;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;

/// `tenm` in ASCII, beside [`pin::LOCK_CLASS`].
const MIGRATING_CLASS: i64 = 1_952_804_461;

/// `tenr` in ASCII. The second key is the number of the run.
const RUN_CLASS: i64 = 1_952_804_466;

/// How long each lock is waited for by those who have a caller waiting. It ends with the transaction.
pub(crate) const PATIENCE: &str = "SET LOCAL lock_timeout = '10s';\n";

/// The same for those who ask again and again.
pub(crate) const PATIENCE_OF_POLLS: Duration = Duration::from_secs(10);

/// How long they sleep in between.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// The template lock, shared, until the end of the transaction.
pub(crate) fn template_shared(template: &SchemaName) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_xact_lock_shared(").script(&template_key(template)).sql(");\n")
}

/// The same if it is to be had at once; or else an error by which [`is_template_busy`] knows. Whoever waits in a statement
/// has a snapshot, for which an index that is built concurrently in the template waits in its turn: a deadlock.
pub(crate) fn template_shared_at_once(template: &SchemaName) -> Script {
    let body = Script::new("BEGIN IF NOT ")
        .script(&try_template_shared(template))
        .sql(" THEN RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = ")
        .literal(TEMPLATE_BUSY)
        .sql("; END IF; END");
    Script::new("DO ").literal(body.as_str()).sql(";\n")
}

/// Our own words, which no server translates.
const TEMPLATE_BUSY: &str = "tenancy: the template is being migrated";

/// Whether [`template_shared_at_once`] was in vain.
pub(crate) fn is_template_busy(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, said) if said.message() == TEMPLATE_BUSY)
}

/// An expression: takes the template lock, shared, until the end of the transaction, if nobody migrates the template or
/// waits to do so. Whether it was had.
pub(crate) fn try_template_shared(template: &SchemaName) -> Script {
    Script::new("pg_catalog.pg_try_advisory_xact_lock_shared(").script(&template_key(template)).sql(")")
}

/// An expression: takes the lock of [`migrating_locally`] if nobody has it. Whether it was had.
pub(crate) fn try_migrating(tenant: TenantId) -> Script {
    try_migrating_by("pg_catalog.pg_try_advisory_xact_lock(", tenant)
}

/// The same, shared with other clones.
pub(crate) fn try_migrating_shared(tenant: TenantId) -> Script {
    try_migrating_by("pg_catalog.pg_try_advisory_xact_lock_shared(", tenant)
}

fn try_migrating_by(function: &'static str, tenant: TenantId) -> Script {
    Script::new(function)
        .number(MIGRATING_CLASS)
        .sql(", pg_catalog.hashtext(")
        .literal(&tenant.to_string())
        .sql("))")
}

/// The template lock, exclusive, until the end of the session or the gate.
pub(crate) fn template_exclusive(template: &SchemaName) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_lock(").script(&template_key(template)).sql(");\n")
}

/// The tenant's two locks, exclusive, until the end of the transaction.
pub(crate) fn tenant_exclusive(tenant: TenantId) -> Script {
    let lock = |class: i64| {
        Script::new("SELECT pg_catalog.pg_advisory_xact_lock(")
            .number(class)
            .sql(", pg_catalog.hashtext(")
            .literal(&tenant.to_string())
            .sql("));\n")
    };
    lock(MIGRATING_CLASS).script(&lock(i64::from(pin::LOCK_CLASS)))
}

/// The lock of a pinned session on its tenant, until the end of the transaction.
pub(crate) fn tenant_in_use(tenant: TenantId) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_xact_lock_shared(")
        .number(i64::from(pin::LOCK_CLASS))
        .sql(", pg_catalog.hashtext(")
        .literal(&tenant.to_string())
        .sql("));\n")
}

/// Both locks of a tenant, shared, until the end of the transaction: it is neither migrated nor dropped nor renamed, and
/// serves as ever.
pub(crate) fn tenant_shared(tenant: TenantId) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_xact_lock_shared(")
        .number(MIGRATING_CLASS)
        .sql(", pg_catalog.hashtext(")
        .literal(&tenant.to_string())
        .sql("));\n")
        .script(&tenant_in_use(tenant))
}

/// The migration lock of a tenant, until the end of the session or the gate.
pub(crate) fn migrating(tenant: TenantId) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_lock(")
        .number(MIGRATING_CLASS)
        .sql(", pg_catalog.hashtext(")
        .literal(&tenant.to_string())
        .sql("));\n")
}

/// The migration lock of a tenant, until the end of the transaction.
pub(crate) fn migrating_locally(tenant: TenantId) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_xact_lock(")
        .number(MIGRATING_CLASS)
        .sql(", pg_catalog.hashtext(")
        .literal(&tenant.to_string())
        .sql("));\n")
}

/// The migration locks of those of the tenants `$1` whom nobody else has, until the end of the transaction: a row for each,
/// and whether its lock was had.
pub(crate) fn try_migrating_many() -> Script {
    Script::new("SELECT id, pg_catalog.pg_try_advisory_xact_lock(")
        .number(MIGRATING_CLASS)
        .sql(", pg_catalog.hashtext(id::pg_catalog.text)) AS held FROM pg_catalog.unnest($1) AS id")
}

/// The lock of a run, until the end of the session or the gate, if nobody else has it. One row: whether it was had.
pub(crate) fn running(run: RunId) -> Script {
    Script::new("SELECT pg_catalog.pg_try_advisory_lock(").script(&run_key(run)).sql(") AS yes")
}

/// Gives the lock of a run back.
pub(crate) fn running_no_more(run: RunId) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_unlock(").script(&run_key(run)).sql(")")
}

/// The backends that hold locks of runs in this database, as `l`; `l.objid` is the number of the run. More conditions may
/// follow.
pub(crate) fn held_runs() -> Script {
    Script::new(
        "SELECT l.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) l.database \
         WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() \
         AND l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted AND l.objsubid OPERATOR(pg_catalog.=) 2 \
         AND l.classid::pg_catalog.int8 OPERATOR(pg_catalog.=) ",
    )
    .number(RUN_CLASS)
}

fn run_key(run: RunId) -> Script {
    Script::default().number(RUN_CLASS).sql(", ").number(run.0).sql("::pg_catalog.int4")
}

/// The right to sign up as `slug`; until the end of the transaction. The registry's constraints would do, but two that
/// wait for each other's entries in its indexes can deadlock: one inserts a row, the other goes on to change its own.
pub(crate) fn signing_up(slug: &TenantSlug) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(")
        .literal(&format!("tenancy.slug.{slug}"))
        .sql(", 0));\n")
}

/// Two sign-ups do not give one template to its owner at once; until the end of the transaction.
pub(crate) fn adopting(template: &SchemaName) -> Script {
    Script::new("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(")
        .literal(&format!("tenancy.adopt.{template}"))
        .sql(", 0));\n")
}

/// The right to make and drop spares of `template`, until the end of the session or the gate. One row: whether it was had;
/// who does not `wait` gets it only if nobody has it.
pub(crate) fn refilling(template: &SchemaName, wait: bool) -> Script {
    let key = Script::new("pg_catalog.hashtextextended(")
        .literal(&format!("tenancy.spares.{template}"))
        .sql(", 0)");
    until_the_gate(&key, wait)
}

/// The right to run over the fleet, until the end of the session or the gate. One row, as of [`refilling`].
pub(crate) fn fleet(wait: bool) -> Script {
    until_the_gate(&Script::new(FLEET), wait)
}

const FLEET: &str = "pg_catalog.hashtextextended('tenancy.fleet', 0)";

fn until_the_gate(key: &Script, wait: bool) -> Script {
    if wait {
        Script::new("SELECT true AS yes FROM pg_catalog.pg_advisory_lock(").script(key).sql(")")
    } else {
        Script::new("SELECT pg_catalog.pg_try_advisory_lock(").script(key).sql(") AS yes")
    }
}

/// Whether a row `l` of `pg_locks` is about the lock that [`fleet`] takes.
pub(crate) fn is_fleet() -> Script {
    // PostgreSQL shows a key of 64 bits in two halves (pg_locks).
    Script::new(
        "l.objsubid OPERATOR(pg_catalog.=) 1::pg_catalog.int2 \
         AND l.classid::pg_catalog.int8 OPERATOR(pg_catalog.=) (",
    )
    .sql(FLEET)
    .sql(
        " OPERATOR(pg_catalog.>>) 32 OPERATOR(pg_catalog.&) 4294967295) \
         AND l.objid::pg_catalog.int8 OPERATOR(pg_catalog.=) (",
    )
    .sql(FLEET)
    .sql(" OPERATOR(pg_catalog.&) 4294967295)")
}

/// Whether a row `l` of `pg_locks` is about the lock that [`migrating`] takes.
pub(crate) fn is_migrating(tenant: TenantId) -> Script {
    Script::new("l.objsubid OPERATOR(pg_catalog.=) 2::pg_catalog.int2 AND l.classid OPERATOR(pg_catalog.=) ")
        .number(MIGRATING_CLASS)
        .sql("::pg_catalog.oid AND l.objid OPERATOR(pg_catalog.=) pg_catalog.hashtext(")
        .literal(&tenant.to_string())
        .sql(")::pg_catalog.oid")
}

fn template_key(template: &SchemaName) -> Script {
    Script::new("pg_catalog.hashtextextended(").literal(&format!("tenancy.template.{template}")).sql(", 0)")
}
