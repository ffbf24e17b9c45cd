use super::{Area, Check, MendedBy, Severity};

/// By the rights that are granted, not by asking for each role and each schema.
pub(super) const CHECK: Check = Check {
    code: "foreign_rights",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "rights of a tenant's role, or of an owner role, on what is another tenant's, the template's or the control plane's",
    why: "the tenant can read or change it",
    remedy: "revoke them",
    sql: r#"
        SELECT format('%s on %s (role %s)', lower(g.privilege), g.object, a.name), g.revoke || quote_ident(a.name)
        FROM rights g JOIN actors a ON a.role = g.grantee LEFT JOIN places p ON p.nsp = g.nsp
        WHERE p.tenant IS DISTINCT FROM a.tenant
        UNION ALL
        -- What an owner has granted itself is its own. In the control plane it has rights, to write down which migrations its schema has.
        SELECT format('%s on %s (role %s)', lower(g.privilege), g.object, o.name), g.revoke || quote_ident(o.name)
        FROM rights g JOIN owners o ON o.role = g.grantee JOIN places p ON p.nsp = g.nsp
        WHERE p.owner <> o.role AND g.grantor <> o.role AND (p.tenant IS DISTINCT FROM o.tenant OR o.tenant IS NULL)"#,
    by: MendedBy::Owner,
    safe_to_fix: true,
};
