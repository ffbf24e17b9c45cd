use super::{Area, Check, MendedBy, Severity};

/// By hand, or by a migration that did RESET ROLE. Those of logins and of tenants' roles have checks of their
/// own.
pub(super) const CHECK: Check = Check {
    code: "not_owned",
    severity: Severity::Warning,
    area: Area::Rights,
    what: "objects of tenants that do not belong to the role that is to own them",
    why: "migrations act as the owner and cannot change them, default privileges do not open them to the \
           tenant, and views read as whoever made them",
    remedy: "give them to the owner role (`tenancy roles --apply` does it for all); make tables by migrations",
    sql: r#"
        SELECT format('%s (%s)', o.object, pg_get_userbyid(o.owner)), p.adoption
        FROM installed i, owned o JOIN places p ON p.nsp = o.nsp
        WHERE o.owner <> coalesce(p.entitled, i.owner) AND (p.role IS NOT NULL OR p.tenant IS NULL)
          AND o.owner NOT IN (SELECT role FROM logins) AND o.owner NOT IN (SELECT role FROM actors)"#,
    by: MendedBy::Operator,
    safe_to_fix: true,
};
