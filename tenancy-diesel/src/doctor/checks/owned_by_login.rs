use super::{Area, Check, MendedBy, Severity};

/// Without roles everything belongs to the one login there is, which `roles_off` and `roles_missing` tell.
pub(super) const CHECK: Check = Check {
    code: "owned_by_login",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "objects of tenants that belong to a login that serves them",
    why: "an owner may change and drop what it owns, and policies do not hold for it: a session that \
           RESETs its ROLE can, too",
    remedy: "give them to the owner role (`tenancy roles --apply` does it for all)",
    sql: r#"
        SELECT format('%s (%s)', o.object, l.name), CASE WHEN EXISTS (SELECT FROM installed) THEN p.adoption END
        FROM owned o JOIN logins l ON l.role = o.owner JOIN places p ON p.nsp = o.nsp
        WHERE EXISTS (SELECT FROM installed) OR l.name <> session_user"#,
    by: MendedBy::Operator,
    safe_to_fix: true,
};
