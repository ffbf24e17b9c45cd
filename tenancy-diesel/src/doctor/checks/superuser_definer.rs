use super::{Area, Check, MendedBy, Severity};

/// In shared and tenants' schemas.
pub(super) const CHECK: Check = Check {
    code: "superuser_definer",
    severity: Severity::Warning,
    area: Area::Code,
    what: "functions that tenants may call and that run as a superuser",
    why: "a mistake in one of them is a way to everything",
    remedy: "give them to a role that has only the rights they need",
    sql: r#"
        SELECT format('%s (%s)', p.oid::regprocedure, r.rolname),
               (SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, i.owner_name) FROM installed i)
        FROM pg_proc p JOIN watched w ON w.nsp = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
        WHERE p.prosecdef AND r.rolsuper
          AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
          AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                      WHERE a.grantee = 0 OR a.grantee IN (SELECT role FROM actors UNION ALL SELECT tenants FROM installed))"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
