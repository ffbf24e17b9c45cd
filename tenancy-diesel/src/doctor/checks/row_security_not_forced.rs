use super::{Area, Check, MendedBy, Severity};

/// Owned by a login or by a tenant's role: tables of the owner role need no FORCE.
pub(super) const CHECK: Check = Check {
    code: "row_security_not_forced",
    severity: Severity::Warning,
    area: Area::Code,
    what: "tables with row security that does not hold for the sessions that use them",
    why: "policies do not hold for the owner of a table unless they are forced, and sessions act as this \
           owner",
    remedy: "force them, or give the table to a role that no session acts as",
    sql: r#"
        SELECT format('%s (%s)', c.oid::regclass, r.rolname), format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', c.oid::regclass)
        FROM watched w JOIN pg_class c ON c.relnamespace = w.nsp JOIN pg_roles r ON r.oid = c.relowner
        WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND NOT c.relforcerowsecurity
          AND c.relowner IN (SELECT role FROM logins UNION ALL SELECT role FROM actors)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
