use super::{Area, Check, MendedBy, Severity};

/// No sign-up gets one of these; they only count for less than they seem.
pub(super) const CHECK: Check = Check {
    code: "spare_without_schema",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "spares whose schema or whose role does not exist",
    why: "somebody dropped it by hand, so that no sign-up can take it over",
    remedy: "`tenancy spares --keep N` drops what is left of them and makes others",
    sql: r#"
        SELECT format('spare %s', s.schema_name), format('DELETE FROM tenancy.spares WHERE id = %L', s.id)
        FROM tenancy.spares s
        WHERE NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = s.schema_name::name)
           OR (s.role_name IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = s.role_name::name))"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
