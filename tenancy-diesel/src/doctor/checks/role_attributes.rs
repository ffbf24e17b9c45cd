use super::{Area, Check, MendedBy, Severity};

/// Tenants' roles, the owner roles and the group of all tenants.
pub(super) const CHECK: Check = Check {
    code: "role_attributes",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "roles of tenants, or of this installation, with attributes that they must not have",
    why: "a role that can log in is reached without the service; the other attributes reach beyond the \
           tenant",
    remedy: "take the attributes away; this library never gives them",
    sql: r#"
        SELECT format('role %s (%s)', r.rolname, a.attribute), format('ALTER ROLE %I NO%s', r.rolname, a.attribute)
        FROM pg_roles r CROSS JOIN LATERAL (VALUES
            ('LOGIN', r.rolcanlogin), ('SUPERUSER', r.rolsuper), ('CREATEROLE', r.rolcreaterole),
            ('CREATEDB', r.rolcreatedb), ('REPLICATION', r.rolreplication), ('BYPASSRLS', r.rolbypassrls)
        ) AS a (attribute, present)
        WHERE a.present AND r.oid IN (SELECT role FROM actors UNION ALL SELECT role FROM owners
                                      UNION ALL SELECT tenants FROM installed)"#,
    by: MendedBy::Superuser,
    safe_to_fix: true,
};
