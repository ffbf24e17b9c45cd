use super::{Area, Check, MendedBy, Severity};

/// Not whether it is the same: only whether it is there.
pub(super) const CHECK: Check = Check {
    code: "tenant_incomplete",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "what the template has and a tenant lacks, although it has all of the template's migrations",
    why: "queries on it fail; should a shared schema ever get the name, they are answered from there",
    remedy: "make it as the migration does, or restore it; `tenancy exec --only <slug>` runs SQL in one \
           tenant",
    sql: r#"
        SELECT format('%s: %s %s', h.slug, t.kind, t.name), NULL
        FROM template p JOIN names t ON t.nsp = p.nsp CROSS JOIN homes h
        WHERE h.applied @> $5
          AND NOT EXISTS (SELECT FROM names o WHERE o.nsp = h.nsp AND o.kind = t.kind AND o.name = t.name)
          AND NOT EXISTS (SELECT FROM names o JOIN shared s ON s.nsp = o.nsp WHERE o.kind = t.kind AND o.name = t.name)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
