use super::{Area, Check, MendedBy, Severity};

/// Whatever the tenant's version: a table of a pending migration falls through as well.
pub(super) const CHECK: Check = Check {
    code: "answered_from_shared",
    severity: Severity::Critical,
    area: Area::Tenants,
    what: "what a tenant lacks of the template and finds in a shared schema",
    why: "the tenant's queries are answered from the shared schema, and what it writes goes there, for \
           everybody to read",
    remedy: "make the tenant's own (from the migration, or a backup); until then, rename the shared one",
    sql: r#"
        SELECT format('%s: %s %s of %I', h.slug, t.kind, t.name, s.schema), r.mend
        FROM template p JOIN names t ON t.nsp = p.nsp
        JOIN renaming r ON r.kind = t.kind AND r.name = t.name JOIN shared s ON s.nsp = r.nsp
        CROSS JOIN homes h
        WHERE NOT EXISTS (SELECT FROM names o WHERE o.nsp = h.nsp AND o.kind = t.kind AND o.name = t.name)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
