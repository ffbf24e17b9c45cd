use super::{Area, Check, MendedBy, Severity};

/// In tenants' schemas and the template, and those of the owner roles everywhere.
pub(super) const CHECK: Check = Check {
    code: "default_grants",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "default privileges that open future objects of tenants to others",
    why: "whatever the next migration creates, they can read or change",
    remedy: "alter the default privileges back, then look for `public_grants` and `foreign_rights`",
    sql: r#"
        SELECT format('%s on %s of %s%s, to %s', lower(a.privilege_type), k.kind, r.rolname,
                      coalesce(' in ' || n.nspname, ''), CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE g.rolname END),
               coalesce(p.enter, '') || format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE ALL ON %s FROM %s', r.rolname,
                      CASE WHEN n.oid IS NOT NULL THEN format(' IN SCHEMA %I', n.nspname) END, upper(k.kind),
                      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(g.rolname) END)
        FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) a
        JOIN (VALUES ('r', 'tables'), ('S', 'sequences')) AS k (letter, kind) ON k.letter = d.defaclobjtype::text
        JOIN pg_roles r ON r.oid = d.defaclrole
        LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
        LEFT JOIN places p ON p.nsp = d.defaclnamespace
        LEFT JOIN pg_roles g ON g.oid = a.grantee
        LEFT JOIN actors t ON t.role = a.grantee
        WHERE (p.nsp IS NOT NULL OR d.defaclnamespace = 0 AND d.defaclrole IN (SELECT role FROM owners))
          AND (a.grantee = 0 OR a.grantee = (SELECT tenants FROM installed)
               OR t.role IS NOT NULL AND p.tenant IS DISTINCT FROM t.tenant)"#,
    by: MendedBy::Owner,
    safe_to_fix: false,
};
