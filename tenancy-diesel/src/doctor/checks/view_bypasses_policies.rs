use super::{Area, Check, MendedBy, Severity};

/// Views of an owner who is exempt from the policies.
pub(super) const CHECK: Check = Check {
    code: "view_bypasses_policies",
    severity: Severity::Warning,
    area: Area::Code,
    what: "views that read tables with row security as somebody for whom it does not hold",
    why: "a view reads as its owner: the policies of the table are not asked for whoever reads the view",
    remedy: "let the view read as its caller (PostgreSQL 15 or newer; before, filter in the view)",
    sql: r#"
        SELECT DISTINCT format('%s, of %s', v.oid::regclass, t.oid::regclass),
               CASE WHEN current_setting('server_version_num')::int >= 150000
               THEN format('ALTER VIEW %s SET (security_invoker = true)', v.oid::regclass) END
        FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
        JOIN pg_rewrite w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass JOIN pg_class v ON v.oid = w.ev_class
        JOIN pg_roles o ON o.oid = v.relowner
        WHERE v.relkind = 'v' AND t.relrowsecurity AND v.relnamespace IN (SELECT nsp FROM watched)
          AND (o.rolsuper OR o.rolbypassrls OR t.relowner = v.relowner AND NOT t.relforcerowsecurity)
          AND NOT coalesce((SELECT w.value::boolean FROM pg_options_to_table(v.reloptions) AS w (name, value)
                            WHERE w.name = 'security_invoker'), false)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
