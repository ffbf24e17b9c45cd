use super::{Area, Check, MendedBy, Severity};

/// Rows that name their own schema.
pub(super) const CHECK: Check = Check {
    code: "row_without_schema",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "tenants whose schema does not exist",
    why: "their requests fail; nothing is answered from elsewhere, because the pin refuses",
    remedy: "restore the schema from a backup, or `tenancy drop <slug>`",
    sql: r#"
        SELECT format('%s: schema %s', t.slug, t.schema_name), format('DELETE FROM tenancy.tenants WHERE id = %L', t.id)
        FROM tenancy.tenants t
        WHERE t.placement = 'schema' AND t.status <> 'dropping' AND t.schema_name = $2 || t.slug
          AND NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = t.schema_name::name)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
