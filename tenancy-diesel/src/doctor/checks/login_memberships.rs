use super::{Area, Check, MendedBy, Severity};

/// Measured on PostgreSQL 15.
pub(super) const CHECK: Check = Check {
    code: "login_memberships",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "logins that serve tenants and are members of more than 1,000 roles",
    why: "the first SET ROLE of each connection takes time by the square of the memberships: 2 ms at \
           1,000, 7 ms at 2,000, 135 ms at 10,000",
    remedy: "share the tenants out among several logins, each a member of some hundred roles: \
           `tenancy logins --shards 16 --spread`",
    sql: r#"
        SELECT format('login %s (%s roles)', l.name, count(*)), NULL
        FROM logins l JOIN pg_auth_members m ON m.member = l.role
        WHERE NOT l.super AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
        GROUP BY l.name HAVING count(*) > 1000"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
