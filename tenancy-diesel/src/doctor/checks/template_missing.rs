use super::{Area, Check, MendedBy, Severity};

/// The schema that tenants are cloned from.
pub(super) const CHECK: Check = Check {
    code: "template_missing",
    severity: Severity::Warning,
    area: Area::Tenants,
    what: "templates that are not there",
    why: "no tenant can sign up",
    remedy: "`tenancy init` builds it; `--template` names another",
    sql: r#"
        SELECT format('schema %s', $1), NULL WHERE NOT EXISTS (SELECT FROM template)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
