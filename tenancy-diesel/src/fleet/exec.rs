//! One statement in every tenant.

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, sql_query};
use serde::Serialize;
use tenancy_core::fleet::Subject;
use tenancy_core::name::TenantSlug;
use tenancy_core::script::Script;

use super::Fleet;
use super::exec_row::ExecRow;
use super::subjects::{self, Which};
use crate::error::Error;
use crate::locks;
use crate::ownership;

/// What a statement gave in one tenant.
#[derive(Debug, Serialize)]
pub struct ExecResult {
    /// The tenant.
    pub slug: TenantSlug,
    /// The rows of a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<ExecRow>>,
    /// How many rows a single statement other than a query touched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected: Option<usize>,
    /// What PostgreSQL said against it. Nothing was changed in this tenant then, unless the SQL ended its
    /// transaction itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = Text)]
    rows: String,
}

impl Fleet<'_> {
    /// Runs an operator's SQL in every tenant (or in `only`), each in a transaction of its own with the
    /// tenant's search path, one after the other; suspended and archived tenants too. `finished` is called as
    /// each is done. A failure in one tenant does not stop the others.
    ///
    /// It acts as the owner of the tenants' schemas, where there is one. The SQL is the operator's own and unrestricted:
    /// never pass on what came from a user.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] for one of `only`; failures inside tenants are in their results.
    pub fn exec(
        &self,
        sql: &str,
        only: &[TenantSlug],
        mut finished: impl FnMut(&ExecResult),
    ) -> Result<Vec<ExecResult>, Error> {
        let subjects = subjects::read(&mut *self.context.operation()?, Which::All, only)?;
        let mut results = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let result = self.exec_in(sql, subject)?;
            finished(&result);
            results.push(result);
        }
        Ok(results)
    }

    /// A connection for each tenant: the gate wipes what the statement left in the session.
    fn exec_in(&self, sql: &str, subject: Subject) -> Result<ExecResult, Error> {
        let mut conn = self.context.operation()?;
        let mut ended = false;
        let outcome = conn.transaction(|conn| {
            // Neither dropped nor renamed until the transaction ends; its unqualified names stay its own.
            let wait = Script::new(locks::PATIENCE).script(&locks::tenant_in_use(subject.id));
            conn.batch_execute(wait.as_str()).map_err(Error::query("wait for the tenant"))?;
            let (_, schema) = subjects::home(conn, subject.id)?
                .ok_or_else(|| Error::UnknownTenant(subject.slug.to_string()))?;
            let enter = ownership::of(&schema)
                .sql("SET LOCAL lock_timeout TO DEFAULT;\nSET LOCAL search_path TO ")
                .script(&self.context.shared.search_path(&schema))
                .sql(";\nSELECT ")
                .literal(&schema.ident().to_string())
                .sql("::pg_catalog.regnamespace");
            conn.batch_execute(enter.as_str()).map_err(Error::query("enter the tenant's schema"))?;
            let outcome = run(conn, sql);
            let depth = AnsiTransactionManager::transaction_manager_status_mut(conn).transaction_depth();
            ended = matches!(depth, Ok(None));
            Ok::<_, Failure>(outcome?)
        });
        let mut result = ExecResult { slug: subject.slug, rows: None, affected: None, error: None };
        match outcome {
            Ok(Outcome::Rows(rows)) => result.rows = Some(rows),
            Ok(Outcome::Affected(count)) => result.affected = Some(count),
            Ok(Outcome::Done) => {}
            Err(error) => result.error = Some(error.to_string()),
        }
        if ended {
            // Diesel then has nothing to commit, and says only that.
            let error =
                "the SQL ended the transaction itself (COMMIT or ROLLBACK): what ran before that may be done";
            result = ExecResult { rows: None, affected: None, error: Some(error.to_owned()), ..result };
        }
        Ok(result)
    }
}

/// Why a tenant gave no result.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Tenancy(#[from] Error),
    #[error(transparent)]
    Sql(#[from] diesel::result::Error),
}

enum Outcome {
    Rows(Vec<ExecRow>),
    Affected(usize),
    Done,
}

/// A query gives rows, any other single statement a count, several statements neither.
fn run(conn: &mut PgConnection, sql: &str) -> QueryResult<Outcome> {
    let sql = sql.trim().trim_end_matches(';').trim_end();
    if sql.contains(';') {
        conn.batch_execute(sql)?;
        return Ok(Outcome::Done);
    }
    let first =
        sql.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
    if ["select", "values", "table", "with"].iter().any(|query| first.eq_ignore_ascii_case(query)) {
        // The line break ends a trailing `--` comment.
        let wrapped = format!(
            "SELECT coalesce(pg_catalog.json_agg(pg_catalog.to_json(q)), '[]')::pg_catalog.text AS rows FROM ({sql}\n) q"
        );
        let result: Rows = sql_query(wrapped).get_result(conn)?;
        let rows = serde_json::from_str(&result.rows)
            .map_err(|error| diesel::result::Error::DeserializationError(error.into()))?;
        return Ok(Outcome::Rows(rows));
    }
    sql_query(sql).execute(conn).map(Outcome::Affected)
}
