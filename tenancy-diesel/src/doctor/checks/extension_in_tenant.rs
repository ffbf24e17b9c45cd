use super::{Area, Check, MendedBy, Severity};

/// A statement only for those that say that they can be moved.
pub(super) const CHECK: Check = Check {
    code: "extension_in_tenant",
    severity: Severity::Warning,
    area: Area::Code,
    what: "extensions in tenants' schemas or the template",
    why: "a database has an extension once: the template cannot be cloned with it, and dropping the tenant \
           takes it away from all",
    remedy: "move it into a shared schema; one that cannot be moved is dropped and created there",
    sql: r#"
        SELECT format('extension %s in %s', e.extname, p.schema),
               CASE WHEN e.extrelocatable AND EXISTS (SELECT FROM shared)
               THEN format('ALTER EXTENSION %I SET SCHEMA %I', e.extname, ($3)[1]) END
        FROM pg_extension e JOIN places p ON p.nsp = e.extnamespace"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
