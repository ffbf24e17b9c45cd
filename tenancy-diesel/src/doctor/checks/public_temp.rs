use super::{Area, Check, MendedBy, Severity};

/// PostgreSQL's default.
pub(super) const CHECK: Check = Check {
    code: "public_temp",
    severity: Severity::Advice,
    area: Area::Server,
    what: "databases in which everybody may create temporary tables",
    why: "a temporary table captures queries of code whose path does not name pg_temp last; the library's \
           does, your SECURITY DEFINER functions may not",
    remedy: "revoke it, unless tenants need temporary tables",
    sql: r#"
        SELECT format('database %s', d.datname), format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', d.datname)
        FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        WHERE d.datname = current_database() AND a.grantee = 0 AND a.privilege_type = 'TEMPORARY'"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
