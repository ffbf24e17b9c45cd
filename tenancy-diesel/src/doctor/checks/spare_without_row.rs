use super::{Area, Check, MendedBy, Severity};

/// The library makes and drops both in one transaction.
pub(super) const CHECK: Check = Check {
    code: "spare_without_row",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "schemas that are named like a spare and have no row",
    why: "no sign-up takes them over, and nobody drops them; perhaps the control plane was restored from a backup",
    remedy: "look whether anything in it is needed, and drop it",
    sql: r#"
        SELECT format('schema %s', n.nspname), format('DROP SCHEMA %I CASCADE', n.nspname)
        FROM pg_namespace n
        WHERE n.nspname ~ '^spare_[0-9a-f]{32}$'
          AND NOT EXISTS (SELECT FROM tenancy.spares s WHERE s.schema_name::name = n.nspname)"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
