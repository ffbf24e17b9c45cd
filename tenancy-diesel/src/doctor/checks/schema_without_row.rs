use super::{Area, Check, MendedBy, Severity};

/// Without a prefix nothing tells whose a schema is.
pub(super) const CHECK: Check = Check {
    code: "schema_without_row",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "schemas that are named like a tenant's and have no row",
    why: "a sign-up of that name is refused, and no migration reaches the data",
    remedy: "look whose it is; drop it, or rename it",
    sql: r#"
        SELECT format('schema %s', n.nspname), format('DROP SCHEMA %I CASCADE', n.nspname)
        FROM pg_namespace n
        WHERE $2 <> '' AND starts_with(n.nspname::text, $2) AND n.nspname <> $1::name
          AND n.nspname !~ '^spare_[0-9a-f]{32}$'
          AND n.oid NOT IN (SELECT nsp FROM shared)
          AND NOT EXISTS (SELECT FROM tenancy.tenants t WHERE ($2 || t.slug)::name = n.nspname)
          AND NOT EXISTS (SELECT FROM tenancy.tenants t WHERE t.schema_name::name = n.nspname)"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
