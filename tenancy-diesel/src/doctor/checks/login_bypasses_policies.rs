use super::{Area, Check, MendedBy, Severity};

/// BYPASSRLS without being a superuser.
pub(super) const CHECK: Check = Check {
    code: "login_bypasses_policies",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "logins that serve tenants and have BYPASSRLS",
    why: "row level security does not hold for them, neither in shared tables nor in the registry",
    remedy: "take the attribute away; work that needs it belongs to a login of its own",
    sql: r#"
        SELECT format('login %s', l.name), format('ALTER ROLE %I NOBYPASSRLS', l.name)
        FROM logins l JOIN pg_roles r ON r.oid = l.role WHERE r.rolbypassrls AND NOT l.super"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
