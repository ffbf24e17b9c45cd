use super::{Area, Check, MendedBy, Severity};

/// Somebody decided so.
pub(super) const CHECK: Check = Check {
    code: "roles_off",
    severity: Severity::Advice,
    area: Area::Rights,
    what: "installations that work without roles",
    why: "search_path is no access control: SQL that spells out another tenant's schema reads it",
    remedy: "configure `TenantRoles::On`, then `tenancy roles --apply`",
    sql: r#"
        SELECT format('database %s', current_database()), NULL
        WHERE NOT $7 AND NOT EXISTS (SELECT FROM installed)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
