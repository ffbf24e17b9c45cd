use super::{Area, Check, MendedBy, Severity};

/// Not safe to fix: a tenant with a role may do less, and the application may rely on what it loses.
pub(super) const CHECK: Check = Check {
    code: "tenant_without_role",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "tenants without a role, or whose role is gone",
    why: "the sessions of a tenant without a role act as the login, which may reach every tenant; those of \
           a tenant whose role was dropped fail",
    remedy: "`tenancy roles --apply`; then grant what tenants share (`tenancy share`)",
    sql: r#"
        SELECT h.slug, format('DO $$ BEGIN PERFORM tenancy.adopt_schema(%1$L); PERFORM tenancy.make_tenant_role(%2$L); '
               'PERFORM tenancy.act_as_owner(%1$L, true); PERFORM tenancy.grant_schema(%1$L, %3$L); END $$',
               h.schema, h.tenant, 'tenant_' || replace(h.tenant::text, '-', ''))
        FROM homes h, installed WHERE h.role IS NULL"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
