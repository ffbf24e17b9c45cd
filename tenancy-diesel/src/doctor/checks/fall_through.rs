use super::{Area, Check, MendedBy, Severity};

/// Relations, types and functions of the template, and what a tenant has beside them.
pub(super) const CHECK: Check = Check {
    code: "fall_through",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "names that exist both among tenants' and in a shared schema",
    why: "a tenant in which the name is missing is answered from the shared schema, without an error, with \
           rows that all tenants share",
    remedy: "rename or drop one of the two; or take the shared schema out of the path \
           (`SharedSchemas::none()`)",
    sql: r#"
        SELECT format('%s %s in %I and %I', t.kind, t.name, p.schema, s.schema), r.mend
        FROM template p JOIN names t ON t.nsp = p.nsp
        JOIN renaming r ON r.kind = t.kind AND r.name = t.name JOIN shared s ON s.nsp = r.nsp
        JOIN names n ON n.nsp = r.nsp AND n.kind = r.kind AND n.name = r.name
        UNION ALL
        SELECT format('%s %s in %I and %I', t.kind, t.name, h.schema, s.schema), r.mend
        FROM homes h JOIN names t ON t.nsp = h.nsp
        JOIN renaming r ON r.kind = t.kind AND r.name = t.name JOIN shared s ON s.nsp = r.nsp
        JOIN names n ON n.nsp = r.nsp AND n.kind = r.kind AND n.name = r.name
        WHERE NOT EXISTS (SELECT FROM template q JOIN names o ON o.nsp = q.nsp WHERE o.kind = t.kind AND o.name = t.name)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
