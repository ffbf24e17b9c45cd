use super::{Area, Check, MendedBy, Severity};

/// Roles are configured, and this database was set up without.
pub(super) const CHECK: Check = Check {
    code: "roles_missing",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "installations whose tenants are to have roles, and have none",
    why: "search_path is no access control: SQL that spells out another tenant's schema reads it",
    remedy: "`tenancy roles --apply`, as a login that may create roles; or configure `TenantRoles::Off`",
    sql: r#"
        SELECT format('database %s', current_database()), NULL
        WHERE $7 AND NOT EXISTS (SELECT FROM installed)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
