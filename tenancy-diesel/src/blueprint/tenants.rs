use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use diesel::{OptionalExtension as _, PgConnection, RunQueryDsl as _};
use tenancy_core::name::SchemaName;

use super::CaptureError;

/// Who the tenants of this database are, as far as rights go. A database without a control plane has none.
#[derive(Debug, Default)]
pub(super) struct Tenants {
    /// Whether tenants have roles.
    pub(super) installed: bool,
    /// The role of the tenant whose schema is read; a template has none.
    pub(super) own: Option<u32>,
    /// The tenants' roles, their group, and every role that one of them is a member of.
    roles: Vec<u32>,
}

#[derive(QueryableByName)]
struct Readable {
    #[diesel(sql_type = Bool)]
    readable: bool,
}

#[derive(QueryableByName)]
struct Roles {
    #[diesel(sql_type = Nullable<Oid>)]
    own: Option<u32>,
    #[diesel(sql_type = Array<Oid>)]
    roles: Vec<u32>,
}

const READABLE: &str = "SELECT coalesce(pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace('tenancy'), 'USAGE') \
    AND pg_catalog.has_table_privilege(pg_catalog.to_regclass('tenancy.installation'), 'SELECT') \
    AND pg_catalog.has_column_privilege(pg_catalog.to_regclass('tenancy.tenants'), 'role_name', 'SELECT') \
    AND pg_catalog.has_column_privilege(pg_catalog.to_regclass('tenancy.tenants'), 'schema_name', 'SELECT'), false) AS readable";

const ROLES: &str = "WITH RECURSIVE tenant (role) AS ( \
    SELECT r.oid FROM tenancy.tenants t JOIN pg_catalog.pg_roles r ON r.rolname = t.role_name::pg_catalog.name \
    UNION SELECT r.oid FROM tenancy.installation i JOIN pg_catalog.pg_roles r ON r.rolname = i.tenants_role::pg_catalog.name \
    UNION SELECT m.roleid FROM tenant t JOIN pg_catalog.pg_auth_members m ON m.member = t.role) \
    SELECT (SELECT r.oid FROM tenancy.tenants t JOIN pg_catalog.pg_roles r ON r.rolname = t.role_name::pg_catalog.name \
            WHERE t.schema_name = $1) AS own, ARRAY(SELECT role FROM tenant ORDER BY role) AS roles \
    FROM tenancy.installation";

impl Tenants {
    pub(super) fn read(conn: &mut PgConnection, schema: &SchemaName) -> Result<Self, CaptureError> {
        let failed = |source| CaptureError::Query { doing: "ask which roles are tenants'", source };
        let Readable { readable } = diesel::sql_query(READABLE).get_result(conn).map_err(failed)?;
        if !readable {
            return Ok(Self::default());
        }
        let roles = diesel::sql_query(ROLES).bind::<Text, _>(schema.as_str()).get_result::<Roles>(conn);
        Ok(match roles.optional().map_err(failed)? {
            Some(Roles { own, roles }) => Self { installed: true, own, roles },
            None => Self::default(),
        })
    }

    /// Whether what `role` may do, a tenant may do.
    pub(super) fn is_one(&self, role: u32) -> bool {
        self.roles.binary_search(&role).is_ok()
    }
}
