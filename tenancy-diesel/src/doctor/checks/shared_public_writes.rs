use super::{Area, Check, MendedBy, Severity};

/// What belongs to an extension is the extension's to decide.
pub(super) const CHECK: Check = Check {
    code: "shared_public_writes",
    severity: Severity::Warning,
    area: Area::Code,
    what: "tables in shared schemas that everybody may write to",
    why: "what one tenant writes, all others read",
    remedy: "revoke it, and share with tenants on purpose (`tenancy share`)",
    sql: r#"
        SELECT format('%s on %s', lower(a.privilege_type), c.oid::regclass),
               format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON TABLE %s FROM PUBLIC', c.oid::regclass)
        FROM shared s JOIN pg_class c ON c.relnamespace = s.nsp CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND a.grantee = 0
          AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
          AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
