use anyhow::Result;
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_diesel::blueprint::capture;
use tenancy_diesel::core::blueprint::Blueprint;
use tenancy_diesel::core::name::SchemaName;

use crate::server::Database;

/// Schemas of the demo's kind that are there already, as a service of that age would have them. They are no tenants
/// of the registry, which costs a clone nothing.
pub(super) struct Herd {
    conn: PgConnection,
    blueprint: Blueprint,
    size: usize,
}

impl Herd {
    pub(super) fn new(database: &Database) -> Result<Self> {
        let mut conn = database.connect()?;
        conn.batch_execute("CREATE SCHEMA herd; SET search_path TO herd, public")?;
        conn.batch_execute(include_str!("../../../migrations/tenant/2026-11-20-000001_support_desk/up.sql"))?;
        conn.batch_execute("RESET search_path")?;
        let blueprint = capture(&mut conn, &SchemaName::parse("herd")?)?;
        Ok(Self { conn, blueprint, size: 0 })
    }

    /// Grows to so many schemas.
    pub(super) fn grow(&mut self, size: usize) -> Result<()> {
        for number in self.size..size {
            let schema = SchemaName::parse(&format!("herd_{number}"))?;
            self.conn.batch_execute(&format!("BEGIN;\n{}COMMIT", self.blueprint.render(&schema)))?;
        }
        self.size = size;
        Ok(self.conn.batch_execute("VACUUM ANALYZE")?)
    }
}
