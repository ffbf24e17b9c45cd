use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Nullable, Text};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::limits::Limits;
use tenancy_core::name::TenantSlug;
use tenancy_core::tenant::Tenant;

use super::{Registry, TenantRow};
use crate::error::Error;
use crate::registry::schema::tenants;

/// What came of trying the settings; the transaction is rolled back either way.
enum Tried {
    Fine,
    Refused(Error),
}

impl From<DieselError> for Tried {
    fn from(error: DieselError) -> Self {
        Self::Refused(error.into())
    }
}

#[derive(QueryableByName)]
struct Login {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The logins that pin `$1`'s tenants (NULL: those of the service) and may not set `temp_file_limit`. Before
/// PostgreSQL 15 only superusers may; `has_parameter_privilege` is not there yet, so the text must not name it.
const NOT_ALLOWED: [&str; 2] = [
    "SELECT r.rolname::text AS name FROM pg_catalog.pg_roles r WHERE NOT r.rolsuper",
    "SELECT r.rolname::text AS name FROM pg_catalog.pg_roles r \
     WHERE NOT pg_catalog.has_parameter_privilege(r.oid, 'temp_file_limit', 'SET')",
];
const THAT_PIN: &str = " AND (r.rolname = session_user OR r.rolname IN \
    (SELECT l.name::name FROM tenancy.logins l WHERE CASE WHEN $1 IS NULL THEN l.kind = 'service' ELSE l.name = $1 END)) \
    ORDER BY r.rolname = session_user, 1 LIMIT 1";

impl Registry<'_> {
    /// Limits a tenant to `limits`, and to nothing else than what all tenants are limited to where they say nothing.
    ///
    /// PostgreSQL is asked first, in a transaction that is rolled back, so that no value can be stored with which the
    /// tenant could not be pinned. Settings take effect at the next pin, in every process; the number of connections
    /// within the ten seconds for which rows are remembered (an `ActiveTenant` that is held for longer keeps its number).
    ///
    /// ```no_run
    /// # fn limit(tenancy: &tenancy_diesel::Tenancy) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::num::NonZeroU32;
    /// use tenancy_diesel::Limits;
    /// let limits = Limits {
    ///     connections: NonZeroU32::new(2),
    ///     statement_timeout: Some("5s".parse()?),
    ///     ..Limits::default()
    /// };
    /// tenancy.registry().set_limits(&"acme".parse()?, &limits)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::LimitRefused`] when PostgreSQL takes no such value, or a login that serves
    /// the tenant may not set it.
    pub fn set_limits(&self, slug: &TenantSlug, limits: &Limits) -> Result<Tenant, Error> {
        let tenant = self.find_by_slug(slug)?;
        self.try_out(&tenant, limits)?;
        let mut conn = self.context.operation()?;
        let row: Option<TenantRow> = conn
            .transaction(|conn| {
                let this = tenants::table.find(tenant.id.as_uuid()).filter(tenants::slug.eq(slug.as_str()));
                let known: Option<Option<Vec<String>>> =
                    this.select(tenants::session_settings).for_update().first(conn).optional()?;
                let Some(known) = known else { return Ok(None) };
                let settings = merge(known.unwrap_or_default(), limits);
                // More than a column can hold is more than any pool has.
                let most = limits.connections.map(|most| i32::try_from(most.get()).unwrap_or(i32::MAX));
                diesel::update(this)
                    .set((
                        tenants::session_settings.eq((!settings.is_empty()).then_some(settings)),
                        tenants::max_connections.eq(most),
                    ))
                    .returning(TenantRow::as_returning())
                    .get_result(conn)
                    .map(Some)
            })
            .map_err(Error::query("limit the tenant"))?;
        self.context.directory.forget(slug);
        row.ok_or_else(|| Error::UnknownTenant(slug.to_string()))?.try_into()
    }

    /// Whether the tenant's sessions could be pinned with these settings: as the login that looks tenants up, which
    /// is the one that serves them unless they have another.
    fn try_out(&self, tenant: &Tenant, limits: &Limits) -> Result<(), Error> {
        let settings = limits.settings();
        if settings.is_empty() {
            return Ok(());
        }
        let mut conn = self.context.control()?;
        if limits.temp_file_limit.is_some() {
            may_limit_files(&mut conn, tenant, limits)?;
        }
        let tried = conn.transaction::<(), Tried, _>(|conn| {
            for (name, value) in &settings {
                sql_query("SELECT pg_catalog.set_config($1, $2, true)")
                    .bind::<Text, _>(name)
                    .bind::<Text, _>(value)
                    .execute(conn)
                    .map_err(|error| Tried::Refused(refused(name, value, error)))?;
            }
            Err(Tried::Fine)
        });
        match tried {
            Err(Tried::Refused(error)) => Err(error),
            Ok(()) | Err(Tried::Fine) => Ok(()),
        }
    }
}

/// What PostgreSQL has against a value; a connection that is gone says nothing about the value.
fn refused(setting: &str, value: &str, error: DieselError) -> Error {
    match &error {
        DieselError::DatabaseError(diesel::result::DatabaseErrorKind::ClosedConnection, _) => error.into(),
        DieselError::DatabaseError(_, said) => Error::LimitRefused {
            setting: setting.to_owned(),
            value: value.to_owned(),
            reason: said.message().to_owned(),
        },
        _ => error.into(),
    }
}

/// The one limit that not everybody may set. The command line may run as another login than the service.
fn may_limit_files(conn: &mut PgConnection, tenant: &Tenant, limits: &Limits) -> Result<(), Error> {
    let ask = |conn: &mut PgConnection| {
        let version: Login =
            sql_query("SELECT pg_catalog.current_setting('server_version_num') AS name").get_result(conn)?;
        let grantable = version.name.parse().is_ok_and(|version: u32| version >= 150_000);
        let refused = sql_query(format!("{}{THAT_PIN}", NOT_ALLOWED[usize::from(grantable)]))
            .bind::<Nullable<Text>, _>(tenant.login.as_ref().map(|login| login.as_str()))
            .get_result::<Login>(conn)
            .optional()?;
        Ok((refused, grantable))
    };
    let (refused, grantable) = ask(conn).map_err(Error::query("ask who may limit temporary files"))?;
    let Some(Login { name }) = refused else { return Ok(()) };
    let login = tenancy_core::name::Ident::new(&name).to_string();
    let reason = if grantable {
        format!(
            "login {login} may not set it: as a superuser, run `GRANT SET ON PARAMETER temp_file_limit TO {login}`"
        )
    } else {
        format!("login {login} may not set it: before PostgreSQL 15 only superusers may")
    };
    let value = limits.temp_file_limit.map(|limit| limit.to_string()).unwrap_or_default();
    Err(Error::LimitRefused { setting: "temp_file_limit".to_owned(), value, reason })
}

/// The new settings in place of the old ones. What somebody added that is no limit stays.
fn merge(known: Vec<String>, limits: &Limits) -> Vec<String> {
    let is_limit = |name: &str| Limits::SETTINGS.iter().any(|limit| limit.eq_ignore_ascii_case(name));
    let others = known.chunks_exact(2).filter(|pair| !is_limit(&pair[0])).flatten().cloned();
    let new = limits.settings().into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
    others.chain(new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_are_no_limits_stay() {
        let known = ["Work_Mem", "1GB", "datestyle", "German"].map(str::to_owned).to_vec();
        let limits = Limits { lock_timeout: Some("1s".parse().unwrap()), ..Limits::default() };
        assert_eq!(merge(known, &limits), ["datestyle", "German", "lock_timeout", "1s"]);
    }
}
