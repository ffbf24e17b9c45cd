use super::{Area, Check, MendedBy, Severity};

/// PUBLIC, and the group that every tenant's role is a member of.
pub(super) const CHECK: Check = Check {
    code: "public_grants",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "rights of everybody on what is a tenant's, the template's or the control plane's",
    why: "every login and every tenant of this database has them",
    remedy: "revoke them",
    sql: r#"
        SELECT format('%s on %s (%s)', lower(g.privilege), g.object, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE i.tenants_name END),
               g.revoke || CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(i.tenants_name) END
        FROM rights g LEFT JOIN installed i ON true
        WHERE g.grantee = 0 OR g.grantee = i.tenants"#,
    by: MendedBy::Owner,
    safe_to_fix: true,
};
