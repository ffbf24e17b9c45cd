use super::{Area, Check, MendedBy, Severity};

/// With one login for requests and operators there is no statement: the operator would lock itself out.
pub(super) const CHECK: Check = Check {
    code: "login_operates",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "logins that serve tenants and may do an operator's work",
    why: "SQL that is injected into a request can RESET ROLE, and then create roles, change tenants' \
           schemas or drop the database",
    remedy: "give operators a login of their own (`TenancyBuilder::operator_url`), and let \
           the service's login in with `tenancy roles --admit`, the operators' out with `--dismiss`",
    sql: r#"
        SELECT format('login %s (%s)', name, can), CASE WHEN name <> session_user THEN mend END
        FROM (
            SELECT l.name, 'creates roles' AS can, format('ALTER ROLE %I NOCREATEROLE', l.name) AS mend
            FROM logins l JOIN pg_roles r ON r.oid = l.role WHERE r.rolcreaterole AND NOT l.super
            UNION ALL
            SELECT l.name, 'creates databases', format('ALTER ROLE %I NOCREATEDB', l.name)
            FROM logins l JOIN pg_roles r ON r.oid = l.role WHERE r.rolcreatedb AND NOT l.super
            UNION ALL
            SELECT l.name, 'replicates the server', format('ALTER ROLE %I NOREPLICATION', l.name)
            FROM logins l JOIN pg_roles r ON r.oid = l.role WHERE r.rolreplication AND NOT l.super
            UNION ALL
            SELECT l.name, 'acts as the owner of tenants'' schemas', format('REVOKE %I FROM %I', o.name, l.name)
            FROM owners o JOIN pg_auth_members m ON m.roleid = o.role JOIN logins l ON l.role = m.member
            WHERE NOT l.super
            UNION ALL
            SELECT l.name, 'owns the database', format('ALTER DATABASE %I OWNER TO %I', d.datname, session_user)
            FROM logins l JOIN pg_database d ON d.datdba = l.role
            WHERE d.datname = current_database() AND NOT l.super
            UNION ALL
            SELECT l.name, 'creates schemas', format('REVOKE CREATE ON DATABASE %I FROM %I', d.datname, l.name)
            FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a JOIN logins l ON l.role = a.grantee
            WHERE d.datname = current_database() AND a.privilege_type = 'CREATE' AND NOT l.super AND d.datdba <> l.role
        ) AS can"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
