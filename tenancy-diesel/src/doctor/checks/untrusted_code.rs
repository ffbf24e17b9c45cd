use super::{Area, Check, MendedBy, Severity};

/// Executable by PUBLIC, which is PostgreSQL's default, or by the group of all tenants.
pub(super) const CHECK: Check = Check {
    code: "untrusted_code",
    severity: Severity::Warning,
    area: Area::Code,
    what: "functions that tenants may call and that leave the database",
    why: "code in an untrusted language, and dblink, open files and connections with the server's \
           identity; what they keep in a session outlives the gate",
    remedy: "revoke the right to call them from everybody, and grant it where it is needed",
    sql: r#"
        SELECT p.oid::regprocedure::text, format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', p.oid::regprocedure)
               || coalesce((SELECT format('; REVOKE EXECUTE ON ROUTINE %s FROM %I', p.oid::regprocedure, tenants_name) FROM installed), '')
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE (l.lanispl AND NOT l.lanpltrusted
               OR EXISTS (SELECT FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
                          WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
                            AND d.refclassid = 'pg_extension'::regclass AND x.extname = 'dblink'))
          AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                      WHERE a.privilege_type = 'EXECUTE' AND (a.grantee = 0 OR a.grantee = (SELECT tenants FROM installed)))"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
