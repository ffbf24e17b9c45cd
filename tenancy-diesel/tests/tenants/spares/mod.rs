//! Clones that wait for sign-ups.

mod claims;
mod keeping;
mod names;
mod templates;

use crate::desk::Desk;
use crate::world::value;
use diesel::connection::SimpleConnection as _;
use std::collections::BTreeSet;
use tenancy_diesel::{SpareStanding, SparesReport, Tenancy};

/// Makes `count` ready.
pub(super) fn keep(tenancy: &Tenancy, count: usize) -> SparesReport {
    tenancy.spares().keep(count, |_| {}).unwrap()
}

pub(super) fn ids(tenancy: &Tenancy) -> BTreeSet<String> {
    tenancy.spares().list().unwrap().iter().map(|spare| spare.id.to_string()).collect()
}

pub(super) fn ready(tenancy: &Tenancy) -> usize {
    let spares = tenancy.spares().list().unwrap();
    spares.iter().filter(|spare| spare.standing == SpareStanding::Ready).count()
}

/// Spares' schemas, rows and roles are the same; so are tenants'.
pub(super) fn assert_in_order(desk: &Desk) {
    let mismatched = "SELECT string_agg(x, ' ') FROM (
        SELECT coalesce(n.nspname, h.schema_name) || ' ' || coalesce(h.role_name, '-') AS x
        FROM (SELECT nspname FROM pg_namespace WHERE nspname ~ '^(spare|tenant)_') n
        FULL JOIN (SELECT schema_name, role_name FROM tenancy.spares UNION ALL SELECT schema_name, role_name FROM tenancy.tenants) h
        ON h.schema_name = n.nspname
        WHERE n.nspname IS NULL OR h.schema_name IS NULL
           OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = h.role_name)) m";
    assert_eq!(desk.value(mismatched), "NULL");
}

/// As the tenant's own session: writes and reads rows, and may not touch the bookkeeping.
pub(super) fn works(desk: &Desk, name: &str) {
    let mut conn = desk.tenancy().connect(&desk.world.find(name)).unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO customers (name) VALUES ('{name}'); INSERT INTO tickets DEFAULT VALUES"
    ))
    .unwrap();
    assert_eq!(value(&mut conn, "SELECT string_agg(name, ' ') FROM customers"), name);
    assert_eq!(value(&mut conn, "SELECT id FROM tickets"), "1", "its sequence is its own");
    let closed = conn.batch_execute("INSERT INTO __diesel_schema_migrations VALUES ('1')").unwrap_err();
    assert!(closed.to_string().contains("permission denied"), "{closed}");
}
