//! Who is in the way.
//!
//! Locks tell it: advisory ones of other runners ([`holder_of_tenant`], [`running_fleet`]), and those of anybody who works on
//! a tenant's tables ([`blockers_in`]). Each answer was true when it was given. Outside of transactions: within one,
//! PostgreSQL shows the sessions as they were when it was first asked.

use diesel::PgConnection;
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::script::Script;
use tenancy_core::tenant::TenantId;

use super::lock_row::{LockRow, ORDER, SESSIONS};
use super::subjects::{self, Which};
use super::{Blocker, Fleet, Holder};
use crate::error::Error;
use crate::locks;

impl Fleet<'_> {
    /// Which sessions work on a tenant's tables at this moment, or wait to: those that hold locks first, the longest
    /// transaction first. Each table of each session once for each mode; indexes only of sessions that have no table.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; what reading the registry or the locks gives.
    pub fn blockers(&self, slug: &TenantSlug) -> Result<Vec<Blocker>, Error> {
        let mut conn = self.context.operation()?;
        let subjects = subjects::read(&mut conn, Which::All, std::slice::from_ref(slug))?;
        match subjects.first() {
            Some(subject) => blockers_in(&mut conn, &subject.schema),
            None => Ok(Vec::new()),
        }
    }

    /// Who migrates, clones, renames or drops a tenant at this moment.
    ///
    /// # Errors
    ///
    /// As [`blockers`](Self::blockers).
    pub fn holder(&self, slug: &TenantSlug) -> Result<Option<Holder>, Error> {
        let mut conn = self.context.operation()?;
        let subjects = subjects::read(&mut conn, Which::All, std::slice::from_ref(slug))?;
        subjects.first().map_or(Ok(None), |subject| holder_of_tenant(&mut conn, subject.id))
    }

    /// Who runs over the fleet at this moment.
    ///
    /// # Errors
    ///
    /// What reading the locks gives.
    pub fn running(&self) -> Result<Option<Holder>, Error> {
        running_fleet(&mut *self.context.operation()?)
    }
}

/// Who holds the lock "tenant migrating" of a tenant, other than this session.
pub(crate) fn holder_of_tenant(conn: &mut PgConnection, tenant: TenantId) -> Result<Option<Holder>, Error> {
    holder(conn, &locks::is_migrating(tenant))
}

/// Who holds the lock "fleet", other than this session.
pub(crate) fn running_fleet(conn: &mut PgConnection) -> Result<Option<Holder>, Error> {
    holder(conn, &locks::is_fleet())
}

/// Who holds or waits for locks on relations of `schema`, other than this session.
pub(crate) fn blockers_in(conn: &mut PgConnection, schema: &SchemaName) -> Result<Vec<Blocker>, Error> {
    let sql = Script::new(SESSIONS)
        .sql(
            "l.locktype OPERATOR(pg_catalog.=) 'relation' AND c.relnamespace OPERATOR(pg_catalog.=) \
             (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) ",
        )
        .literal(schema.as_str())
        .sql("::pg_catalog.name)")
        .sql(ORDER)
        .sql(", c.relname, l.mode");
    let rows = LockRow::read(conn, &sql)?;
    let with_tables: Vec<_> = rows.iter().filter(|row| !row.is_index).map(LockRow::identity).collect();
    Ok(rows
        .iter()
        .filter(|row| !row.is_index || !with_tables.contains(&row.identity()))
        .map(|row| Blocker {
            holder: row.holder(),
            schema: schema.clone(),
            relation: row.relation.clone().unwrap_or_default(),
            mode: row.mode.clone(),
            granted: row.granted,
        })
        .collect())
}

/// The first who has the advisory lock of `pg_locks`' rows `l` that `which` chooses.
fn holder(conn: &mut PgConnection, which: &Script) -> Result<Option<Holder>, Error> {
    let sql = Script::new(SESSIONS)
        .sql("l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted AND ")
        .script(which)
        .sql(ORDER);
    Ok(LockRow::read(conn, &sql)?.first().map(LockRow::holder))
}

#[cfg(feature = "embedded")]
#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;
    use diesel::prelude::*;
    use diesel::sql_types::Bool;
    use diesel::{QueryableByName, sql_query};
    use tenancy_core::fleet::{RunId, RunnerName};
    use uuid::Uuid;

    use super::*;
    use crate::embedded::test_server;
    use crate::fleet::session_name::name_session;

    #[derive(QueryableByName)]
    struct Had {
        #[diesel(sql_type = Bool)]
        yes: bool,
    }

    #[test]
    fn one_run_at_a_time_and_the_second_learns_who_is_first() {
        let database = test_server().fresh_database();
        let connect = || PgConnection::establish(database.url()).unwrap();
        let [mut first, mut second] = [connect(), connect()];
        first.batch_execute(name_session(&RunnerName::new(RunId(7), "db-1")).as_str()).unwrap();
        let had = |conn: &mut PgConnection, wait| {
            sql_query(locks::fleet(wait).as_str()).get_result::<Had>(conn).unwrap().yes
        };
        assert!(had(&mut first, true) && !had(&mut second, false));
        assert_eq!(running_fleet(&mut first).unwrap(), None, "nobody but itself");
        assert_eq!(running_fleet(&mut second).unwrap().and_then(|holder| holder.run), Some(RunId(7)));
        first.batch_execute("SELECT pg_catalog.pg_advisory_unlock_all()").unwrap();
        assert!(had(&mut second, false));
    }

    #[test]
    fn the_holder_is_found_whatever_the_tenants_hash_is() {
        let database = test_server().fresh_database();
        let connect = || PgConnection::establish(database.url()).unwrap();
        let [mut first, mut second] = [connect(), connect()];
        // Half of the hashes are negative, and pg_locks shows none so.
        for number in 1..=16 {
            let tenant = TenantId::from_uuid(Uuid::from_u128(number));
            first.batch_execute(locks::migrating(tenant).as_str()).unwrap();
            assert!(holder_of_tenant(&mut second, tenant).unwrap().is_some(), "{number}");
            assert_eq!(holder_of_tenant(&mut first, tenant).unwrap(), None, "nobody but itself");
            let other = TenantId::from_uuid(Uuid::from_u128(number + 1));
            assert_eq!(holder_of_tenant(&mut second, other).unwrap(), None, "{number}");
            first.batch_execute("SELECT pg_catalog.pg_advisory_unlock_all()").unwrap();
        }
    }

    #[test]
    fn whoever_asks_is_not_in_its_own_way() {
        let database = test_server().fresh_database();
        let mut conn = PgConnection::establish(database.url()).unwrap();
        conn.batch_execute("CREATE SCHEMA tenant_acme; CREATE TABLE tenant_acme.t ()").unwrap();
        conn.batch_execute("BEGIN; LOCK tenant_acme.t").unwrap();
        assert_eq!(blockers_in(&mut conn, &SchemaName::parse("tenant_acme").unwrap()).unwrap(), []);
    }
}
