//! As whom statements on tenants' schemas act.
//!
//! Where tenants have roles, the template and their schemas belong to an owner role, which is not the login:
//! whatever creates, changes or drops something in them acts as the owner, and default privileges give what it
//! creates to the tenant's role. There is one owner role for all, and one more for each tenant that has a login of its
//! own: PostgreSQL runs foreign keys' cascades with the rights of the table's owner, which should reach that tenant
//! only. Which of them owns a schema is asked of PostgreSQL. A schema that does not belong to it (no roles, or not adopted yet) is worked on as
//! the login. The functions are the control plane's (`migrations/registry`).

use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;

/// Acts as the owner of `schema` until the end of the transaction, if it belongs to the owner role; else as the login.
pub(crate) fn of(schema: &SchemaName) -> Script {
    Script::new(AS_LOGIN).sql("SELECT tenancy.act_as_owner(").literal(schema.as_str()).sql(", true);\n")
}

/// Acts as the owner of all tenants' schemas until the end of the transaction, if `schema` belongs to one of our owners;
/// else as the login.
pub(crate) fn of_all_as(schema: &SchemaName) -> Script {
    Script::new(AS_LOGIN)
        .sql("SELECT tenancy.act_as_owner(NULL, true) FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) ")
        .literal(schema.as_str())
        .sql("::pg_catalog.name AND tenancy.owns_schemas(pg_catalog.pg_get_userbyid(n.nspowner)::pg_catalog.text);\n")
}

/// Acts as the owner of `schema` until the gate, if it belongs to the owner role; else as the login.
pub(crate) fn of_until_the_gate(schema: &SchemaName) -> Script {
    // As the login first: the owner of one tenant's schema may not ask who owns another.
    Script::new("RESET ROLE;\nSELECT tenancy.act_as_owner(").literal(schema.as_str()).sql(", false);\n")
}

/// Acts as the login again until the end of the transaction: the registry's rows are the login's to change.
pub(crate) const AS_LOGIN: &str = "SET LOCAL ROLE NONE;\n";

/// Makes the role of `tenant`, whose row is there, and then acts as the owner until the end of the transaction. One
/// row, or none when this installation has no roles.
pub(crate) fn make_role(tenant: TenantId) -> Script {
    Script::new("SELECT tenancy.make_tenant_role(")
        .literal(&tenant.to_string())
        .sql("::pg_catalog.uuid) AS role, tenancy.act_as_owner(NULL, true) FROM tenancy.installation")
}

/// Makes the role that the tenant of a spare will have, and then acts as the owner until the end of the transaction. One
/// row, or none when this installation has no roles.
pub(crate) fn make_spare_role(id: TenantId) -> Script {
    Script::new("SELECT tenancy.make_spare_role(")
        .literal(&id.to_string())
        .sql("::pg_catalog.uuid) AS role, tenancy.act_as_owner(NULL, true) FROM tenancy.installation")
}

/// Grants `role` its rights on `schema`; acting as the owner.
pub(crate) fn grant(schema: &SchemaName, role: &str) -> Script {
    Script::new("SELECT tenancy.grant_schema(").literal(schema.as_str()).sql(", ").literal(role).sql(");\n")
}

/// Takes from the tenant's role what it must not do with the bookkeeping of migrations; acting as the owner.
pub(crate) fn close_bookkeeping(schema: &SchemaName) -> Script {
    Script::new("SELECT tenancy.close_bookkeeping(").literal(schema.as_str()).sql(");\n")
}

/// Gives `schema` and what stands in it to the owner, if this installation has roles; acting as the login.
pub(crate) fn adopt(schema: &SchemaName) -> Script {
    Script::new("SELECT tenancy.adopt_schema(")
        .literal(schema.as_str())
        .sql(") AS adopted FROM tenancy.installation;\n")
}

/// Gives the schema of `tenant` and what stands in it to an owner of its own, and grants the tenant its rights anew;
/// acting as the login.
pub(crate) fn set_apart(tenant: TenantId) -> Script {
    Script::new("SELECT tenancy.own_apart(").literal(&tenant.to_string()).sql("::pg_catalog.uuid);\n")
}

/// Gives the schema of `tenant` back to the owner of all others, if it has one of its own, which is dropped; acting as
/// the login.
pub(crate) fn set_together(tenant: TenantId) -> Script {
    Script::new("SELECT tenancy.own_together(").literal(&tenant.to_string()).sql("::pg_catalog.uuid);\n")
}

/// Renames `schema`; acting as the login.
pub(crate) fn rename(schema: &SchemaName, to: &SchemaName) -> Script {
    Script::new("SELECT tenancy.rename_schema(")
        .literal(schema.as_str())
        .sql(", ")
        .literal(to.as_str())
        .sql(");\n")
}

/// Lets the owner of all tenants' schemas read `schema`, which may have an owner of its own, until [`give_back`] in the same
/// transaction; acting as the login.
pub(crate) fn borrow(schema: &SchemaName) -> Script {
    own_owner("lend", schema)
}

/// The end of [`borrow`]; acting as the login.
pub(crate) fn give_back(schema: &SchemaName) -> Script {
    own_owner("take_back", schema)
}

fn own_owner(function: &'static str, schema: &SchemaName) -> Script {
    Script::new("SELECT tenancy.")
        .sql(function)
        .sql("(o.owner, i.owner_role) FROM tenancy.installation i, tenancy.owner_of(")
        .literal(schema.as_str())
        .sql(") AS o (owner) WHERE o.owner <> i.owner_role;\n")
}

/// Drops `role` with everything that was granted to it, and its tenant's own owner; acting as the login.
pub(crate) fn drop_role(role: &str) -> Script {
    Script::new("SELECT tenancy.drop_tenant_role(").literal(role).sql(");\n")
}

/// Drops `login` if it is one tenant's own and serves nobody any more; acting as the login.
pub(crate) fn drop_login(login: &str) -> Script {
    Script::new("SELECT tenancy.drop_login(").literal(login).sql(");\n")
}
