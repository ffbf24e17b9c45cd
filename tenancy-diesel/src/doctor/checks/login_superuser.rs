use super::{Area, Check, MendedBy, Severity};

/// The bootstrap superuser (OID 10) cannot be demoted, and an operator should not demote itself.
pub(super) const CHECK: Check = Check {
    code: "login_superuser",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "logins that serve tenants and are superusers",
    why: "no right and no policy holds for a superuser: one injected statement reads every tenant and runs \
           programs on the server",
    remedy: "serve tenants as a login of its own (CREATE ROLE .. LOGIN NOINHERIT, `tenancy roles --admit`), \
           and keep the superuser for operators",
    sql: r#"
        SELECT format('login %s', name), CASE WHEN role <> 10 AND name <> session_user
               THEN format('ALTER ROLE %I NOSUPERUSER', name) END
        FROM logins WHERE super"#,
    by: MendedBy::Superuser,
    safe_to_fix: false,
};
