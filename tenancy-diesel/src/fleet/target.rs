use tenancy_core::fleet::Direction;
use tenancy_core::isolation::SharedSchemas;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::script::Script;

use crate::bookkeeping;
use crate::ownership;

/// Where a migration runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) schema: &'a SchemaName,
    /// Whose it is, if it is a tenant's.
    pub(crate) slug: Option<&'a TenantSlug>,
    pub(crate) shared: &'a SharedSchemas,
}

impl Target<'_> {
    /// Acts as the schema's owner on its path until the end of the transaction, and fails when the schema does not exist:
    /// the path alone would fall through to a shared schema without a word.
    pub(super) fn enter(&self) -> Script {
        // Not as whoever the session acts as: an operator's SQL may have changed that.
        ownership::of(self.schema).sql("SET LOCAL search_path TO ").script(&self.path())
    }

    /// The same until the gate.
    pub(super) fn enter_until_the_gate(&self) -> Script {
        ownership::of_until_the_gate(self.schema).sql("SET search_path TO ").script(&self.path())
    }

    fn path(&self) -> Script {
        self.shared
            .search_path(self.schema)
            .sql(";\nSELECT ")
            .literal(&self.schema.ident().to_string())
            .sql("::pg_catalog.regnamespace;\n")
    }

    /// What is written into the schema's own bookkeeping, in the transaction of the migration where it has one. The
    /// transaction acts as the login from then on.
    pub(super) fn written_down(&self, direction: Direction, version: &str) -> Script {
        let record = match direction {
            Direction::Up => bookkeeping::insert(self.schema, version),
            Direction::Down => bookkeeping::delete(self.schema, version),
        };
        // Not in the tenant's path, where operators of its own could stand, nor as whom the migration left. What pg_dump
        // writes begins with `row_security = off`: by that the registry's policies would be an error.
        Script::new("SET LOCAL search_path TO pg_catalog, pg_temp;\nSET LOCAL row_security TO on;\n")
            .script(&ownership::of(self.schema))
            .script(&record)
            .sql(ownership::AS_LOGIN)
    }
}
