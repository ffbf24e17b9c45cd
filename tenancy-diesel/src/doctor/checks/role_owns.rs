use super::{Area, Check, MendedBy, Severity};

/// Also in shared schemas, databases and large objects.
pub(super) const CHECK: Check = Check {
    code: "role_owns",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "objects that belong to roles of tenants",
    why: "an owner may change, drop and share what it owns; others may call or read what it put there",
    remedy: "give them to the owner role, or drop them",
    sql: r#"
        SELECT format('%s (role %s)', pg_describe_object(d.classid, d.objid, d.objsubid), r.rolname),
               format('REASSIGN OWNED BY %I TO %I', r.rolname, i.owner_name) || coalesce('; ' || p.adoption, '')
        FROM installed i, pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        LEFT JOIN places p ON p.role = r.oid
        WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
          AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND d.classid <> 'pg_default_acl'::regclass
          AND (r.oid = i.tenants OR r.oid IN (SELECT role FROM actors))"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
