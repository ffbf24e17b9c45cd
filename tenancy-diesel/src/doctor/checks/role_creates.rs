use super::{Area, Check, MendedBy, Severity};

/// Rights on other tenants' schemas are `foreign_rights`.
pub(super) const CHECK: Check = Check {
    code: "role_creates",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "roles of tenants that may create objects, and owners of single tenants' schemas that may elsewhere",
    why: "a tenant that can create a function or a table in a schema can be called or read by migrations, \
           operators or other tenants",
    remedy: "revoke it: sessions of tenants run no DDL",
    sql: r#"
        SELECT format('role %s in schema %s', r.rolname, n.nspname),
               format('REVOKE CREATE ON SCHEMA %I FROM %I', n.nspname, r.rolname)
        FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a JOIN pg_roles r ON r.oid = a.grantee
        LEFT JOIN actors t ON t.role = a.grantee LEFT JOIN places p ON p.nsp = n.oid
        WHERE a.privilege_type = 'CREATE' AND n.nspname <> 'tenancy'
          AND (t.role IS NOT NULL AND (p.nsp IS NULL OR p.tenant = t.tenant)
               OR a.grantee = (SELECT tenants FROM installed) AND n.oid NOT IN (SELECT nsp FROM watched))
        UNION ALL
        SELECT format('role %s in schema %s', o.name, n.nspname), format('REVOKE CREATE ON SCHEMA %I FROM %I', n.nspname, o.name)
        FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a JOIN owners o ON o.role = a.grantee
        LEFT JOIN places p ON p.nsp = n.oid
        WHERE a.privilege_type = 'CREATE' AND o.tenant IS NOT NULL AND p.tenant IS DISTINCT FROM o.tenant
        UNION ALL
        SELECT format('role %s in database %s (%s)', r.rolname, d.datname, a.privilege_type),
               format('REVOKE %s ON DATABASE %I FROM %I', a.privilege_type, d.datname, r.rolname)
        FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE d.datname = current_database() AND a.privilege_type = 'CREATE'
          AND (a.grantee IN (SELECT role FROM actors UNION ALL SELECT role FROM owners WHERE tenant IS NOT NULL) OR a.grantee = (SELECT tenants FROM installed))"#,
    by: MendedBy::Operator,
    safe_to_fix: true,
};
