use super::{Area, Check, MendedBy, Severity};

/// Dedicated by a version that knew no owners of single tenants' schemas; or the owner role was dropped by hand.
pub(super) const CHECK: Check = Check {
    code: "dedicated_without_owner",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "tenants with a login of their own whose schema belongs to the owner of all others",
    why: "a foreign key that cascades runs triggers, checks and defaults with the rights of the table's owner: led \
           astray by one tenant's SQL, they reach every tenant with that owner",
    remedy: "`tenancy dedicate` again",
    sql: r#"
        SELECT h.slug, format('SELECT tenancy.own_apart(%L)', h.tenant)
        FROM homes h JOIN tenancy.logins l ON l.name = h.login_name AND l.kind = 'dedicated'
        WHERE h.role IS NOT NULL AND NOT EXISTS (SELECT FROM owners o WHERE o.tenant = h.tenant)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
