use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::name::{RoleName, TenantSlug};

use super::dedicate::Ownership;
use super::logins::make;
use super::{LoginKind, Logins};
use crate::error::Error;
use crate::registry::{ListTenants, Registry};

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Logins<'_> {
    /// Adds shards until there are `count`. New tenants go to the one that serves the fewest; existing ones stay until
    /// [`spread`](Self::spread). One shard per 500 to 1,000 tenants keeps the first `SET ROLE` of a session below 3 ms.
    ///
    /// # Errors
    ///
    /// [`Error::NoSecretKey`]; [`Error::NoRoles`].
    pub fn add_shards(&self, count: usize) -> Result<Vec<RoleName>, Error> {
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            // One at a time: two would take the same numbers.
            sql_query("LOCK TABLE tenancy.logins IN SHARE ROW EXCLUSIVE MODE")
                .execute(conn)
                .map_err(Error::query("lock the logins"))?;
            let owner: Named = sql_query("SELECT owner_role AS name FROM tenancy.installation")
                .get_result(conn)
                .optional()
                .map_err(Error::query("read the installation's roles"))?
                .ok_or(Error::NoRoles)?;
            let existing: Vec<Named> = sql_query("SELECT name FROM tenancy.logins WHERE kind = 'shard'")
                .load(conn)
                .map_err(Error::query("list the shards"))?;
            let stem = owner.name.trim_end_matches("_owner").to_owned();
            let mut added = Vec::new();
            let mut number = 1;
            while existing.len() + added.len() < count {
                let name = RoleName::parse(&format!("{stem}_shard_{number}"))?;
                number += 1;
                if existing.iter().any(|there| there.name == name.as_str()) {
                    continue;
                }
                make(conn, self.key(&name)?, &name, "shard")?;
                added.push(name);
            }
            Ok(added)
        })
    }

    /// Spreads the tenants that have no login of their own evenly over the shards. Returns how many moved. `finished` is
    /// called as each has moved, with what went wrong if it did not.
    ///
    /// Waits, tenant by tenant and up to 10 s, for sessions that are pinned to it.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoles`]; what fails for single tenants is passed to `finished`.
    pub fn spread(&self, mut finished: impl FnMut(&TenantSlug, Result<(), &Error>)) -> Result<usize, Error> {
        let logins = self.list()?;
        let mut loads: Vec<(RoleName, i64)> = logins
            .iter()
            .filter(|login| login.kind == LoginKind::Shard)
            .map(|login| (login.name.clone(), login.tenants))
            .collect();
        if loads.is_empty() {
            return Ok(0);
        }
        let dedicated: Vec<&RoleName> = logins
            .iter()
            .filter(|login| login.kind == LoginKind::Dedicated)
            .map(|login| &login.name)
            .collect();
        let tenants: Vec<_> = Registry::new(self.context)
            .list(&ListTenants::default())?
            .into_iter()
            .filter(|tenant| tenant.role.is_some())
            .filter(|tenant| tenant.login.as_ref().is_none_or(|login| !dedicated.contains(&login)))
            .collect();
        let fair = i64::try_from(tenants.len().div_ceil(loads.len())).unwrap_or(i64::MAX);
        let mut moved = 0;
        for tenant in tenants {
            let here = loads.iter().position(|(name, _)| Some(name) == tenant.login.as_ref());
            if here.is_some_and(|here| loads[here].1 <= fair) {
                continue;
            }
            let Some(to) = (0..loads.len()).min_by_key(|place| loads[*place].1) else { break };
            let target = loads[to].0.clone();
            let result = self.move_to(&tenant, Ownership::AsItIs, |_| Ok(Some(target)));
            if result.is_ok() {
                moved += 1;
                loads[to].1 += 1;
                if let Some(here) = here {
                    loads[here].1 -= 1;
                }
            }
            finished(&tenant.slug, result.as_ref().copied());
        }
        Ok(moved)
    }
}

/// The shard that serves the fewest tenants; none when there are no shards.
pub(super) fn least_busy(conn: &mut PgConnection) -> Result<Option<RoleName>, Error> {
    let named: Option<Named> =
        sql_query("SELECT tenancy.least_busy_shard() AS name WHERE tenancy.least_busy_shard() IS NOT NULL")
            .get_result(conn)
            .optional()
            .map_err(Error::query("choose a shard"))?;
    Ok(named.map(|named| RoleName::parse(&named.name)).transpose()?)
}
