use super::{Area, Check, MendedBy, Severity};

/// By PUBLIC or the group of all tenants; single roles are `role_creates`.
pub(super) const CHECK: Check = Check {
    code: "shared_schema_writable",
    severity: Severity::Critical,
    area: Area::Code,
    what: "shared schemas in which tenants may create objects",
    why: "a function or table there captures the calls and queries of every other tenant (CVE-2018-1058)",
    remedy: "revoke it; migrations of shared schemas belong to the operator",
    sql: r#"
        SELECT format('schema %s (%s)', n.nspname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE i.tenants_name END),
               format('REVOKE CREATE ON SCHEMA %I FROM %s', n.nspname,
                      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(i.tenants_name) END)
        FROM shared s JOIN pg_namespace n ON n.oid = s.nsp CROSS JOIN LATERAL aclexplode(n.nspacl) a
        LEFT JOIN installed i ON true
        WHERE a.privilege_type = 'CREATE' AND (a.grantee = 0 OR a.grantee = i.tenants)"#,
    by: MendedBy::Operator,
    safe_to_fix: true,
};
