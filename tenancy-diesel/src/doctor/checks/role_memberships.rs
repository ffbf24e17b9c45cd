use super::{Area, Check, MendedBy, Severity};

/// A tenant's role is a member of the group of all tenants and of nothing else, and that group and the owners of schemas of
/// nothing: a cascade acts as the owner.
pub(super) const CHECK: Check = Check {
    code: "role_memberships",
    severity: Severity::Critical,
    area: Area::Rights,
    what: "roles of tenants, and owners of their schemas, that are members of other roles",
    why: "what such a role may do, every session of the tenant may do: with another tenant's role, read \
           that tenant",
    remedy: "revoke the membership; what all tenants need is granted with `tenancy share`",
    sql: r#"
        SELECT format('role %s, a member of %s', member.rolname, granted.rolname),
               format('REVOKE %I FROM %I', granted.rolname, member.rolname)
        FROM installed i, pg_auth_members m
        JOIN pg_roles member ON member.oid = m.member JOIN pg_roles granted ON granted.oid = m.roleid
        WHERE (m.member IN (SELECT role FROM actors) AND m.roleid <> i.tenants) OR m.member = i.tenants
           OR m.member IN (SELECT role FROM owners)"#,
    by: MendedBy::Operator,
    safe_to_fix: false,
};
