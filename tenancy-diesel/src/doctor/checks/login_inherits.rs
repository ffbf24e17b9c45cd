use super::{Area, Check, MendedBy, Severity};

/// From PostgreSQL 16 on, a membership says by itself whether it is inherited; the column is read by name
/// because older catalogues lack it.
pub(super) const CHECK: Check = Check {
    code: "login_inherits",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "logins that serve tenants and inherit the rights of tenants' roles",
    why: "a session that acts as the login, before the pin or after an injected RESET ROLE, reads every \
           tenant without naming a role; and its first check of a right takes long with many roles",
    remedy: "before PostgreSQL 16 make the login NOINHERIT and grant it directly what it needs by itself; \
           from 16 on, grant the roles WITH INHERIT FALSE",
    sql: r#"
        SELECT format('login %s (%s roles)', l.name, count(*)),
               CASE WHEN current_setting('server_version_num')::int < 160000 THEN format('ALTER ROLE %I NOINHERIT', l.name)
               ELSE string_agg(format('GRANT %I TO %I WITH INHERIT FALSE', a.name, l.name), '; ' ORDER BY a.name) END
        FROM logins l JOIN pg_auth_members m ON m.member = l.role JOIN actors a ON a.role = m.roleid
        WHERE NOT l.super AND coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, l.inherits)
        GROUP BY l.name"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
