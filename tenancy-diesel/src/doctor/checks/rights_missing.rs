use super::{Area, Check, MendedBy, Severity};

/// What does not belong to the owner role is told by `not_owned`, whose statement grants as well.
pub(super) const CHECK: Check = Check {
    code: "rights_missing",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "rights that a tenant's role lacks on what is the tenant's own",
    why: "requests fail with \"permission denied\", now or after the next migration",
    remedy: "`tenancy roles --apply`",
    sql: r#"
        SELECT format('%s: usage of schema %I', p.slug, p.schema), p.adoption
        FROM places p
        WHERE p.role IS NOT NULL AND p.owner = p.entitled AND NOT has_schema_privilege(p.role, p.nsp, 'USAGE')
        UNION ALL
        SELECT format('%s: %s', p.slug, c.oid::regclass), p.adoption
        FROM places p JOIN pg_class c ON c.relnamespace = p.nsp
        WHERE p.role IS NOT NULL AND c.relowner = p.entitled AND CASE
              WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(p.role, c.oid, 'USAGE')
              WHEN c.relkind NOT IN ('r', 'p', 'v', 'm', 'f') THEN false
              WHEN NOT has_table_privilege(p.role, c.oid, 'SELECT') THEN true
              WHEN c.relname = '__diesel_schema_migrations' THEN false
              ELSE NOT (has_table_privilege(p.role, c.oid, 'INSERT') AND has_table_privilege(p.role, c.oid, 'UPDATE')
                        AND has_table_privilege(p.role, c.oid, 'DELETE')) END
        UNION ALL
        SELECT format('%s: default privileges on %s', p.slug, k.kind), p.adoption
        FROM places p CROSS JOIN (VALUES ('r', 'tables', 'INSERT'), ('S', 'sequences', 'USAGE')) AS k (letter, kind, privilege)
        WHERE p.role IS NOT NULL AND p.owner = p.entitled AND NOT EXISTS (
              SELECT FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) a
              WHERE d.defaclrole = p.entitled AND d.defaclnamespace = p.nsp AND d.defaclobjtype = k.letter::"char"
                AND a.grantee = p.role AND a.privilege_type = k.privilege)"#,
    by: MendedBy::Operator,
    safe_to_fix: true,
};
