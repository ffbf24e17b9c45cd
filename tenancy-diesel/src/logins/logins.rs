use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Text};
use diesel::{PgConnection, sql_query};
use tenancy_core::name::RoleName;
use tenancy_core::script::Script;

use super::Login;
use super::login::Row;
use crate::context::Context;
use crate::error::Error;
use crate::secrets::{SecretKey, password};

/// Logins that serve some tenants only, each with a pool of its own.
///
/// * A *dedicated* login serves one tenant. What is injected into its sessions gains nothing: `RESET ROLE` leads to a
///   login that may act as that tenant and as nobody else.
/// * *Shards* share the tenants out. A login that is a member of very many roles is slow: PostgreSQL 15 needs 2 ms for
///   the first `SET ROLE` of a session at 1,000 roles, 7 ms at 2,000 and 135 ms at 10,000, and again after each
///   sign-up.
///
/// Passwords are made by the library, sealed with [`TenancyBuilder::secret_key`](crate::TenancyBuilder::secret_key) and
/// kept in the registry; PostgreSQL gets their SCRAM verifiers. Sessions read them when they connect, so a new one holds
/// at once, in every process. Logins need tenants that have roles ([`Roles`](crate::Roles)).
///
/// Every method blocks for a few round trips on the operator's connections.
#[derive(Debug, Clone, Copy)]
pub struct Logins<'a> {
    pub(super) context: &'a Context,
}

impl<'a> Logins<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// All of them, in alphabetical order.
    ///
    /// # Errors
    ///
    /// [`Error::NotInitialized`]; [`Error::Registry`] names a row that cannot be read.
    pub fn list(&self) -> Result<Vec<Login>, Error> {
        let rows: Vec<Row> = sql_query(
            "SELECT l.name, l.kind, l.rotated_at, CASE WHEN l.kind = 'service' \
             THEN (SELECT count(*) FROM tenancy.tenants WHERE login_name IS NULL) \
             ELSE (SELECT count(*) FROM tenancy.tenants t WHERE t.login_name = l.name) END AS tenants \
             FROM tenancy.logins l ORDER BY l.name",
        )
        .load(&mut *self.context.operation()?)
        .map_err(Error::query("list the logins"))?;
        rows.into_iter().map(Login::try_from).collect()
    }

    /// Gives `login` a new password. Sessions that are open go on; new ones use the new password.
    ///
    /// # Errors
    ///
    /// [`Error::NoSecretKey`]; [`Error::Query`] when there is no such login, or it is the service's own, whose password
    /// is not kept here.
    pub fn rotate(&self, login: &RoleName) -> Result<(), Error> {
        let key = self.key(login)?;
        let mut conn = self.context.operation()?;
        conn.transaction(|conn| {
            let (password, secret) = new_password(key, login)?;
            let changed = sql_query(
                "UPDATE tenancy.logins SET secret = $2, rotated_at = now() WHERE name = $1 AND kind <> 'service'",
            )
            .bind::<Text, _>(login.as_str())
            .bind::<Binary, _>(secret)
            .execute(conn)
            .map_err(Error::query("keep the new password"))?;
            if changed == 0 {
                return Err(Error::UnknownLogin(login.clone()));
            }
            let sql = Script::new("ALTER ROLE ").ident(login.ident()).sql(" PASSWORD ").literal(&password);
            conn.batch_execute(sql.as_str()).map_err(Error::query("change the login's password"))
        })
    }

    pub(super) fn key(&self, login: &RoleName) -> Result<&'a SecretKey, Error> {
        self.context.key.as_ref().ok_or_else(|| Error::NoSecretKey(login.clone()))
    }
}

/// Makes a login role with a password of its own, and lets it pin what row level security shows it.
pub(super) fn make(
    conn: &mut PgConnection,
    key: &SecretKey,
    login: &RoleName,
    kind: &'static str,
) -> Result<(), Error> {
    let (password, secret) = new_password(key, login)?;
    let sql = Script::new("CREATE ROLE ")
        .ident(login.ident())
        .sql(" LOGIN NOINHERIT PASSWORD ")
        .literal(&password)
        .sql(";\nSELECT tenancy.let_pin(")
        .literal(login.as_str())
        .sql(")");
    conn.batch_execute(sql.as_str()).map_err(Error::query("make the login"))?;
    sql_query("INSERT INTO tenancy.logins (name, kind, secret) VALUES ($1, $2, $3)")
        .bind::<Text, _>(login.as_str())
        .bind::<Text, _>(kind)
        .bind::<Binary, _>(secret)
        .execute(conn)
        .map_err(Error::query("keep the login's password"))?;
    Ok(())
}

/// A password: as PostgreSQL is told, and as it is kept.
fn new_password(key: &SecretKey, login: &RoleName) -> Result<(String, Vec<u8>), Error> {
    let password = password::fresh()?;
    Ok((password::verifier(&password), key.seal(&password, login.as_str())?))
}
