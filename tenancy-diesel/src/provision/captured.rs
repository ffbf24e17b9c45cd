use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Bool, Text};
use diesel::{
    Connection as _, OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
};
use tenancy_core::blueprint::Blueprint;
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::Provisioner;
use super::origin::Origin;
use crate::blueprint::{BlueprintCache, CaptureError, Extent, Fingerprint, Rows};
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::registry::seeds;

/// How often the origin is read anew because a table changed in the meantime.
const ATTEMPTS: usize = 3;

/// A blueprint, and of which state of its schema it is.
pub(super) type Captured = (Fingerprint, Arc<Blueprint>);

#[derive(QueryableByName)]
struct Copying {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    sees_all: bool,
}

impl Provisioner<'_> {
    /// The origin as it was when somebody last asked, if that is good enough for a clone that will be compared with it:
    /// a template none of whose rows are copied. Rows would not be compared.
    pub(super) fn remembered(
        &self,
        conn: &mut PgConnection,
        origin: Origin<'_>,
        owned: bool,
    ) -> Result<Option<Captured>, Error> {
        let Origin::Template(template) = origin else { return Ok(None) };
        let extent = Extent::with_rows_of(seeds::names(conn, template)?);
        // Nor would publications, which a capture refuses.
        if extent.rows != Rows::Bookkeeping || is_published(conn, template)? {
            return Ok(None);
        }
        Ok(self.context.blueprints.remembered(template, &extent, owned))
    }

    /// The origin as it is now. Where schemas belong to an owner role (`owned`), somebody may have changed the template
    /// by hand as another login: that is given to the owner first, if ours may do so.
    pub(super) fn blueprint(
        &self,
        conn: &mut PgConnection,
        origin: Origin<'_>,
        owned: bool,
    ) -> Result<(Fingerprint, Arc<Blueprint>), Error> {
        let template = match origin {
            Origin::Template(template) => template,
            Origin::Tenant { schema, with_data, .. } | Origin::Trial { schema, with_data, .. } => {
                let extent = Extent { rows: if with_data { Rows::All } else { Rows::Bookkeeping } };
                // Not that of the templates: these are cloned once.
                return Ok(locked(conn, &BlueprintCache::new(), schema, &extent, owned)?);
            }
        };
        let extent = Extent::with_rows_of(seeds::names(conn, template)?);
        let blueprints = &self.context.blueprints;
        let refused = match locked(conn, blueprints, template, &extent, owned) {
            Err(refused @ CaptureError::CannotCarry(_)) if owned => refused,
            captured => return Ok(captured?),
        };
        let adopt = Script::new(ownership::AS_LOGIN)
            .script(&locks::adopting(template))
            .script(&ownership::adopt(template))
            .script(&ownership::of(template));
        // In a savepoint: what the clone would lose says more than who may not change it.
        match conn.transaction(|conn| conn.batch_execute(adopt.as_str())) {
            Ok(()) => Ok(locked(conn, blueprints, template, &extent, owned)?),
            Err(_) => Err(refused.into()),
        }
    }
}

/// The blueprint of `schema`. Tables whose rows are copied stay as the blueprint has them until the end of the
/// transaction: a column that was added after it was read would be lost in silence. (What migrates takes our locks; this is
/// for changes made by hand.)
fn locked(
    conn: &mut PgConnection,
    cache: &BlueprintCache,
    schema: &SchemaName,
    extent: &Extent,
    with_roles: bool,
) -> Result<(Fingerprint, Arc<Blueprint>), CaptureError> {
    let current = |conn: &mut PgConnection| cache.current_where(conn, schema, extent, Some(with_roles));
    let (mut fingerprint, mut blueprint) = current(conn)?;
    if extent.rows == Rows::Bookkeeping {
        return Ok((fingerprint, blueprint));
    }
    for _ in 0..ATTEMPTS {
        let lock = blueprint.lock_copied_tables();
        conn.batch_execute(lock.as_str())
            .map_err(|source| CaptureError::Query { doing: "keep tables from being altered", source })?;
        let (state, now) = current(conn)?;
        if state == fingerprint {
            return Ok((fingerprint, now));
        }
        (fingerprint, blueprint) = (state, now);
    }
    Err(CaptureError::Changing { template: schema.clone() })
}

#[derive(QueryableByName)]
struct Published {
    #[diesel(sql_type = Bool)]
    published: bool,
}

/// Whether a publication names the template or a table of it.
fn is_published(conn: &mut PgConnection, template: &SchemaName) -> Result<bool, Error> {
    // `pg_publication_namespace` (6237) is not there before PostgreSQL 15; its rows depend on the schema (2615).
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_class c ON c.oid = r.prrelid \
               WHERE c.relnamespace = n.oid) OR EXISTS (SELECT FROM pg_catalog.pg_depend d \
               WHERE d.refclassid = 2615 AND d.refobjid = n.oid AND d.classid = 6237) AS published \
               FROM pg_catalog.pg_namespace n WHERE n.nspname = $1::pg_catalog.name";
    let row: Option<Published> = sql_query(sql)
        .bind::<Text, _>(template.as_str())
        .get_result(conn)
        .optional()
        .map_err(Error::query("look for publications of the template"))?;
    Ok(row.is_some_and(|row| row.published))
}

/// Refuses to copy rows that policies may hide from whoever copies them.
pub(super) fn sees_all_rows(conn: &mut PgConnection, blueprint: &Blueprint) -> Result<(), Error> {
    let forced = blueprint.copied_tables().filter(|table| table.row_security_forced);
    let tables: Vec<String> =
        forced.map(|table| format!("`{}.{}`", blueprint.template(), table.name)).collect();
    if tables.is_empty() {
        return Ok(());
    }
    let sql = "SELECT r.rolname::pg_catalog.text AS role, r.rolsuper OR r.rolbypassrls AS sees_all \
               FROM pg_catalog.pg_roles r WHERE r.rolname = current_user";
    let copying: Copying =
        sql_query(sql).get_result(conn).map_err(Error::query("ask whether policies apply"))?;
    if copying.sees_all { Ok(()) } else { Err(Error::RowsHidden { tables, role: copying.role }) }
}
