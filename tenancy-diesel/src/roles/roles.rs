use diesel::sql_types::{Bool, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::script::Script;

use crate::context::Context;
use crate::error::Error;

/// Roles of PostgreSQL for tenants, so that the database itself refuses what is not theirs.
///
/// Every tenant has a role that cannot log in. It may use the tenant's schema and read and write its tables,
/// sequences and views, and what was shared with all tenants ([`share`](Self::share)); nothing else. The template and
/// the tenants' schemas belong to an *owner role*, which no session of a tenant is: tenants' sessions run no DDL.
/// Migrations act as the owner, and default privileges give what they create to the tenant.
///
/// A session that injected SQL makes `RESET ROLE` is the service's login again, which is a member of every tenant's
/// role: roles protect against careless code, and against hostile SQL only in part. See SECURITY.md.
///
/// Every method blocks for a few round trips on the operator's connections.
#[derive(Debug, Clone, Copy)]
pub struct Roles<'a> {
    pub(super) context: &'a Context,
}

#[derive(QueryableByName)]
struct Login {
    #[diesel(sql_type = Text)]
    login: String,
    #[diesel(sql_type = Text)]
    database: String,
    #[diesel(sql_type = Bool)]
    may_create_roles: bool,
    #[diesel(sql_type = Bool)]
    may_pass_on_create: bool,
}

#[derive(QueryableByName)]
struct User {
    #[diesel(sql_type = Text)]
    login: String,
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

impl<'a> Roles<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// Makes the roles that this installation needs, the owner of tenants' schemas and the group of tenants, and lets the
    /// login of [`database_url`](crate::TenancyBuilder::database_url) serve tenants. Existing tenants are left as they
    /// are. Repeating it does no harm.
    ///
    /// # Errors
    ///
    /// [`Error::RolesRefused`] with the statement that helps, when the login may not create roles, or may not let
    /// the owner role create schemas.
    pub fn establish(&self) -> Result<(), Error> {
        // The login that serves requests, which may be another.
        let login = session_user(&mut *self.context.control()?)?;
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            may_establish(conn)?;
            // One at a time: replicas of a service start together.
            let lock =
                "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('tenancy.install', 0))";
            sql_query(lock).execute(conn).map_err(Error::query("wait for another installation"))?;
            sql_query("SELECT tenancy.establish_roles()")
                .execute(conn)
                .map_err(Error::query("make the roles of this installation"))?;
            sql_query("SELECT tenancy.open_seeds()")
                .execute(conn)
                .map_err(Error::query("let the owner read which tables are seeds"))?;
            admit(conn, &login)
        })
    }

    /// Whether this installation has roles.
    ///
    /// # Errors
    ///
    /// [`Error::NotInitialized`].
    pub fn established(&self) -> Result<bool, Error> {
        let mut conn = self.context.operation()?;
        let row: There = sql_query("SELECT EXISTS (SELECT FROM tenancy.installation) AS there")
            .get_result(&mut *conn)
            .map_err(|_| Error::NotInitialized)?;
        Ok(row.there)
    }

    /// Lets `login` serve tenants: it may read the registry and act as every tenant that has no login of its own. For a
    /// login that [`establish`](Self::establish) does not know.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoles`]; [`Error::Query`] when there is no such login.
    pub fn admit(&self, login: &str) -> Result<(), Error> {
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| admit(conn, login))
    }

    /// Lets `login` serve tenants no more, for one that is given up, or that became the operators' own. What it may do as
    /// an operator it keeps. [`establish`](Self::establish) admits the service's login again.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] when it is no login of the service.
    pub fn dismiss(&self, login: &str) -> Result<(), Error> {
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            sql_query("SELECT tenancy.dismiss_login($1)")
                .bind::<Text, _>(login)
                .execute(conn)
                .map_err(Error::query("let the login serve tenants no more"))
        })?;
        Ok(())
    }

    /// Lets every tenant use `object`, a table, view or sequence in a shared schema, named with its schema
    /// (`public.countries`): read it, and with `write` change its rows too.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoles`]; [`Error::Query`] when there is no such object or it is not the login's to share.
    pub fn share(&self, object: &str, write: bool) -> Result<(), Error> {
        self.on_shared(object, "SELECT tenancy.share_object($1, $2)", write)
    }

    /// Takes back what [`share`](Self::share) gave.
    ///
    /// # Errors
    ///
    /// As [`share`](Self::share).
    pub fn unshare(&self, object: &str) -> Result<(), Error> {
        self.on_shared(object, "SELECT tenancy.unshare_object($1, $2)", false)
    }

    fn on_shared(&self, object: &str, sql: &'static str, write: bool) -> Result<(), Error> {
        if !self.established()? {
            return Err(Error::NoRoles);
        }
        let mut conn = self.context.operation()?;
        sql_query(sql)
            .bind::<Text, _>(object)
            .bind::<Bool, _>(write)
            .execute(&mut *conn)
            .map_err(Error::query("change what tenants share"))?;
        Ok(())
    }
}

/// Whether the login has the rights to set roles up; says what it lacks.
fn may_establish(conn: &mut PgConnection) -> Result<(), Error> {
    let login: Login = sql_query(
        "SELECT session_user::text AS login, current_database()::text AS database, \
         r.rolsuper OR r.rolcreaterole AS may_create_roles, \
         has_database_privilege(current_database(), 'CREATE WITH GRANT OPTION') AS may_pass_on_create \
         FROM pg_catalog.pg_roles r WHERE r.rolname = session_user",
    )
    .get_result(conn)
    .map_err(Error::query("ask what the login may do"))?;
    let statement = |sql: Script| sql.as_str().to_owned();
    let ident = tenancy_core::name::Ident::new;
    if !login.may_create_roles {
        let remedy = statement(Script::new("ALTER ROLE ").ident(ident(&login.login)).sql(" CREATEROLE"));
        return Err(Error::RolesRefused { login: login.login, lacks: "may not create roles", remedy });
    }
    if !login.may_pass_on_create {
        let remedy = statement(
            Script::new("GRANT CREATE, CONNECT ON DATABASE ")
                .ident(ident(&login.database))
                .sql(" TO ")
                .ident(ident(&login.login))
                .sql(" WITH GRANT OPTION"),
        );
        let lacks = "may not let the owner of tenants' schemas create schemas";
        return Err(Error::RolesRefused { login: login.login, lacks, remedy });
    }
    Ok(())
}

fn session_user(conn: &mut PgConnection) -> Result<String, Error> {
    let user: User = sql_query("SELECT session_user::text AS login")
        .get_result(conn)
        .map_err(Error::query("ask who the service's login is"))?;
    Ok(user.login)
}

/// Makes `login` a member of the service's group and of every tenant's role that it is to serve.
fn admit(conn: &mut PgConnection, login: &str) -> Result<(), Error> {
    let admitted = sql_query("SELECT tenancy.admit_login($1) FROM tenancy.installation")
        .bind::<Text, _>(login)
        .execute(conn)
        .map_err(Error::query("let the login serve tenants"))?;
    if admitted == 0 { Err(Error::NoRoles) } else { Ok(()) }
}
