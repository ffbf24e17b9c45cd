use super::{Area, Check, MendedBy, Severity};

/// Diesel's table in the tenant's schema.
pub(super) const CHECK: Check = Check {
    code: "bookkeeping_writable",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "tenants whose sessions may change which migrations they have",
    why: "a tenant that says it has a migration is passed over by the next one",
    remedy: "revoke it",
    sql: r#"
        SELECT h.slug, p.enter || format('SELECT tenancy.close_bookkeeping(%L)', h.schema)
        FROM homes h JOIN places p ON p.nsp = h.nsp JOIN pg_class c ON c.relnamespace = h.nsp AND c.relname = '__diesel_schema_migrations'
        WHERE h.role IS NOT NULL AND c.relowner <> h.role AND has_table_privilege(h.role, c.oid, 'INSERT')"#,
    by: MendedBy::Owner,
    safe_to_fix: true,
};
