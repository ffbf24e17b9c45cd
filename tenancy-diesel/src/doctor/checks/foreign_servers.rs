use super::{Area, Check, MendedBy, Severity};

/// postgres_fdw, file_fdw and the like.
pub(super) const CHECK: Check = Check {
    code: "foreign_servers",
    severity: Severity::Warning,
    area: Area::Code,
    what: "foreign servers that everybody may use",
    why: "every tenant reaches the other server, as one user",
    remedy: "map users one by one, and grant the server where it is needed",
    sql: r#"
        SELECT format('user mapping of %s', m.srvname), format('DROP USER MAPPING FOR PUBLIC SERVER %I', m.srvname)
        FROM pg_user_mappings m WHERE m.umuser = 0
        UNION ALL
        SELECT format('usage of %s', s.srvname), format('REVOKE USAGE ON FOREIGN SERVER %I FROM %s', s.srvname,
               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE (SELECT quote_ident(tenants_name) FROM installed) END)
        FROM pg_foreign_server s CROSS JOIN LATERAL aclexplode(s.srvacl) a
        WHERE a.grantee = 0 OR a.grantee = (SELECT tenants FROM installed)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
