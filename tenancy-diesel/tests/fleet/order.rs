//! What must hold of a fleet, whatever happened to the runs over it.

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::fleet::RunId;
use tenancy_diesel::{DriftOptions, Tenancy};

use crate::world::value;

/// Questions of the tests, in a schema that no tenant sees.
const PROBE: &str = r#"
CREATE SCHEMA IF NOT EXISTS probe;
GRANT USAGE ON SCHEMA probe TO PUBLIC;
CREATE OR REPLACE FUNCTION probe.bookkeeping(p_schema text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE v text[];
BEGIN
    EXECUTE format('SELECT coalesce(array_agg(version::text ORDER BY version::text), ''{}'') FROM %I.__diesel_schema_migrations', p_schema)
       INTO v;
    RETURN v;
END $$;
CREATE OR REPLACE FUNCTION probe.ask(p_schema text, p_query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v text;
BEGIN
    EXECUTE replace(p_query, '$schema', quote_ident(p_schema)) INTO v;
    RETURN v;
END $$;
"#;

pub(crate) fn probe(conn: &mut PgConnection) {
    conn.batch_execute(PROBE).unwrap();
}

/// Registry and schemas say the same of every tenant.
pub(crate) fn assert_registry_is_true(conn: &mut PgConnection) {
    probe(conn);
    let wrong = value(
        conn,
        "SELECT string_agg(format('%s: %s, not %s', slug, migrations, probe.bookkeeping(schema_name)), '; ') \
         FROM tenancy.tenants WHERE migrations <> probe.bookkeeping(schema_name) \
         OR template_version IS DISTINCT FROM migrations[cardinality(migrations)]",
    );
    assert_eq!(wrong, "NULL");
}

/// The answers of all tenants to `query`, in which `$schema` is a tenant's: one for each that differs, and how many gave it.
pub(crate) fn answers(conn: &mut PgConnection, query: &str) -> String {
    probe(conn);
    let query = query.replace('\'', "''");
    value(
        conn,
        &format!(
            "SELECT string_agg(format('%s: %s', n, answer), '; ' ORDER BY n DESC, answer) FROM (SELECT answer, count(*) AS n \
             FROM (SELECT probe.ask(schema_name, '{query}') AS answer FROM tenancy.tenants) a GROUP BY answer) b"
        ),
    )
}

/// Nobody lacks anything, registry and schemas agree, every tenant is what the template is.
pub(crate) fn assert_done(tenancy: &Tenancy, conn: &mut PgConnection) {
    assert_registry_is_true(conn);
    assert!(tenancy.fleet().plan(&Default::default()).unwrap().is_empty(), "somebody lacks something");
    assert!(tenancy.fleet().template().unwrap().pending.is_empty());
    let report = tenancy.drift().check(&DriftOptions::default(), |_| {}).unwrap();
    assert!(report.is_clean() && report.tenants.is_empty(), "{report:?}");
}

/// The ledger says of every tenant of the run that it is done.
pub(crate) fn assert_ledger_is_done(conn: &mut PgConnection, run: RunId) {
    let states = value(
        conn,
        &format!(
            "SELECT concat((SELECT state FROM tenancy.runs WHERE id = {run}), ': ', (SELECT string_agg(DISTINCT state, ' ') \
             FROM tenancy.run_tenants WHERE run_id = {run}))"
        ),
    );
    assert_eq!(states, "done: done");
}

/// How many tenants the largest transaction of the run finished.
pub(crate) fn largest_group(conn: &mut PgConnection, run: RunId) -> i64 {
    let sql = format!(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM tenancy.run_tenants WHERE run_id = {run} GROUP BY xmin::text) g"
    );
    value(conn, &sql).parse().unwrap()
}
