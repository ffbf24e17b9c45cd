use super::{Area, Check, MendedBy, Severity};

/// The service's login must be admitted, and every login a member of the roles of the tenants that it serves.
pub(super) const CHECK: Check = Check {
    code: "login_not_admitted",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "logins that should serve tenants and may not",
    why: "requests fail: the login may not read the registry, or not act as a tenant",
    remedy: "let the login in: `tenancy roles --admit <login>`",
    sql: r#"
        SELECT format('login %s', r.rolname), format('SELECT tenancy.admit_login(%L)', r.rolname)
        FROM pg_roles r, installed
        WHERE r.rolname = $4::name AND NOT r.rolsuper
          AND NOT EXISTS (SELECT FROM tenancy.logins l WHERE l.name::name = r.rolname)
        UNION ALL
        SELECT format('login %s as %s', l.name, h.slug), format('SELECT tenancy.grant_role(%L, %L)', h.role_name, l.name)
        FROM homes h JOIN tenancy.logins known
          ON CASE WHEN h.login_name IS NULL THEN known.kind = 'service' ELSE known.name = h.login_name END
        JOIN logins l ON l.name = known.name::name
        WHERE h.role IS NOT NULL AND NOT l.super
          AND NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = h.role AND m.member = l.role
                            -- PostgreSQL 16: whoever made the role may administer it, and not act as it.
                            AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))"#,
    by: MendedBy::Operator,
    safe_to_fix: true,
};
