//! Pending migrations, tried on clones.

mod escapes;
mod results;
mod reversals;
mod transactions;

use tenancy_diesel::core::structure::Change;
use tenancy_diesel::{SubjectTrial, TrialOptions, TrialReport};

use crate::desk::Desk;

const SECOND: &str = "2026-02-01-000000_email";
const THIRD: &str = "2026-03-01-000000_notes";

fn run(desk: &Desk, options: &TrialOptions) -> TrialReport {
    desk.tenancy().trial().run(options, |_| {}).unwrap()
}

fn reversible() -> TrialOptions {
    TrialOptions { reversible: true, ..TrialOptions::default() }
}

/// Everything that a trial could leave behind: schemas, relations, functions, types, roles, memberships, rights, the
/// registry, rows, sequences, large objects, locks.
fn inventory(desk: &Desk) -> String {
    unlocked(desk);
    let tenants = desk.value("SELECT string_agg(schema_name, ' ' ORDER BY schema_name) FROM tenancy.tenants");
    let mut all = desk.value(
        "SELECT concat_ws(E'\\n',
             (SELECT string_agg(nspname || nspowner || coalesce(nspacl::text, ''), ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
             (SELECT md5(string_agg(c::text, ' ' ORDER BY c.oid)) FROM (SELECT oid, relname, relnamespace, relowner, relacl, relnatts, relchecks FROM pg_class WHERE oid >= 16384) c),
             (SELECT md5(string_agg(p.oid || p.prosrc, ' ' ORDER BY p.oid)) FROM pg_proc p WHERE oid >= 16384),
             (SELECT count(*) FROM pg_type), (SELECT count(*) FROM pg_default_acl), (SELECT count(*) FROM pg_constraint),
             (SELECT string_agg(t::text, ' ' ORDER BY t.id) FROM tenancy.tenants t),
             (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM tenancy.runs), (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()))",
    );
    let owner = desk.value("SELECT coalesce((SELECT owner_role FROM tenancy.installation), 'nobody')");
    all.push_str(&desk.value(&format!(
        "SELECT concat_ws(' ', (SELECT count(*) FROM pg_auth_members m WHERE m.member = to_regrole('{owner}') OR m.roleid = to_regrole('{owner}')),
             (SELECT count(*) FROM pg_shdepend WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())))"
    )));
    for schema in tenants.split(' ').filter(|schema| *schema != "NULL").chain(["base_template"]) {
        if desk.value(&format!("SELECT to_regclass('{schema}.tickets') IS NULL")) == "true" {
            continue;
        }
        all.push_str(&desk.value(&format!(
            "SELECT (SELECT coalesce(md5(string_agg(t::text || xmin || ctid, ' ' ORDER BY t::text)), '') FROM {schema}.tickets t) ||
                    (SELECT coalesce(md5(string_agg(c::text || xmin || ctid, ' ' ORDER BY c::text)), '') FROM {schema}.customers c) ||
                    (SELECT last_value || ' ' || is_called FROM {schema}.tickets_id_seq) ||
                    (SELECT string_agg(version || run_on, ' ') FROM {schema}.__diesel_schema_migrations)"
        )));
    }
    all
}

/// Waits until the gate released what sessions held: it runs when a connection is given back.
fn unlocked(desk: &Desk) {
    desk.world.wait_for(
        "SELECT count(*) FROM pg_locks l WHERE (l.locktype = 'advisory' OR l.mode = 'AccessExclusiveLock') \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        "0",
    );
}

fn rows(desk: &Desk, slug: &str, count: usize) {
    desk.world.sql(&format!(
        "INSERT INTO tenant_{slug}.customers (name) SELECT 'customer ' || i FROM generate_series(1, {count}) i;
         INSERT INTO tenant_{slug}.tickets (customer_id) SELECT id FROM tenant_{slug}.customers"
    ));
}

fn told(subject: &SubjectTrial) -> Vec<String> {
    let changes = subject.migrations.iter().flat_map(|migration| &migration.changes);
    changes
        .map(|difference| {
            let sign = match &difference.change {
                Change::Missing => '-',
                Change::Extra => '+',
                Change::Different { .. } => '~',
            };
            format!("{sign} {}", difference.object)
        })
        .collect()
}

fn named(report: &TrialReport) -> Vec<&str> {
    let names = report
        .subjects
        .iter()
        .map(|subject| subject.slug.as_ref().map_or("(template)", |slug| slug.as_str()));
    names.collect()
}
