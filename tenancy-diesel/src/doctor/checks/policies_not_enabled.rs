use super::{Area, Check, MendedBy, Severity};

/// A policy does nothing by itself.
pub(super) const CHECK: Check = Check {
    code: "policies_not_enabled",
    severity: Severity::Warning,
    area: Area::Code,
    what: "tables with policies, and row security switched off",
    why: "the policies are not asked: everybody with a right to the table sees all rows",
    remedy: "switch it on, or drop the policies",
    sql: r#"
        SELECT DISTINCT c.oid::regclass::text, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::regclass)
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE NOT c.relrowsecurity AND c.relnamespace <> 'tenancy'::regnamespace"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
