//! Tenants made by hand, so that these tests do not depend on cloning: each has one table of notes, and every
//! note carries its tenant's name.

use diesel::prelude::*;
use tenancy_diesel::TenantConnection;
use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::core::tenant::ActiveTenant;

use crate::world::{World, value};

diesel::table! { notes (id) { id -> Integer, owner -> Text, body -> Text, } }

impl World {
    /// A tenant whose schema holds one note, which carries the tenant's name.
    pub(crate) fn tenant(&self, slug: &str) -> ActiveTenant {
        self.sql(&format!(
            "CREATE SCHEMA tenant_{slug};
             CREATE TABLE tenant_{slug}.notes (id serial PRIMARY KEY, owner text NOT NULL DEFAULT '{slug}', body text NOT NULL);
             INSERT INTO tenant_{slug}.notes (body) VALUES ('first of {slug}');
             INSERT INTO tenancy.tenants (slug, name, status, schema_name) VALUES ('{slug}', '{slug}', 'active', 'tenant_{slug}');"
        ));
        self.find(slug)
    }

    pub(crate) fn conn(&self, tenant: &ActiveTenant) -> TenantConnection {
        self.tenancy.connect(tenant).unwrap()
    }

    /// Uses a connection once: those that were made before the control plane start anew after their first use.
    pub(crate) fn warm(&self, tenant: &ActiveTenant) {
        drop(self.conn(tenant));
    }

    /// Kills every backend of the tenants' pool that is idle or busy.
    pub(crate) fn kill_all(&self) {
        self.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
}

pub(crate) fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}

/// The backend behind a connection.
pub(crate) fn backend(conn: &mut PgConnection) -> String {
    value(conn, "pg_backend_pid()")
}

/// Every note's owner, by Diesel's cached statement.
pub(crate) fn owners(conn: &mut PgConnection) -> Vec<String> {
    try_owners(conn).unwrap()
}

pub(crate) fn try_owners(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    notes::table.select(notes::owner).order(notes::id).load(conn)
}
