use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::isolation::{Scope as Transacting, TenantRoles};

use super::check::{Area, Check};
use super::{Diagnosis, Finding, MendedBy, Scope, Severity, checks, undecided_bodies};
use crate::bookkeeping;
use crate::context::Context;
use crate::error::Error;
use crate::pooler;
use crate::registry::install;

/// Looks for what would let tenants' data mix, or would fail one day.
///
/// ```no_run
/// # fn start(tenancy: tenancy_diesel::Tenancy) -> Result<(), tenancy_diesel::Error> {
/// let diagnosis = tenancy.doctor().examine()?;
/// for finding in &diagnosis.findings {
///     eprintln!("{}: {}: {}", finding.severity, finding.what, finding.subjects.join(", "));
/// }
/// assert!(diagnosis.is_healthy());
/// # Ok(())
/// # }
/// ```
///
/// Every method blocks, on one of the operator's connections. The number of queries does not depend on the number of
/// tenants. What is examined is the login that serves requests, which is another than the one that asks when
/// [`operator_url`](crate::TenancyBuilder::operator_url) is set.
#[derive(Debug, Clone, Copy)]
pub struct Doctor<'a> {
    pub(super) context: &'a Context,
    registered: bool,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// How the checks are planned. Nobody knows how many rows a common table expression has: PostgreSQL guesses a few, and
/// would compare each tenant with each table, one by one. Hashes are right for every size.
const PLANNING: &str =
    "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off";

/// Of several logins that were let in, the one of the caller, or else the first.
const SERVICE_LOGIN: &str = "SELECT coalesce((SELECT l.name FROM tenancy.logins l WHERE l.kind = 'service' \
    ORDER BY l.name <> session_user::text, l.name LIMIT 1), session_user::text) AS name";

/// What is told when nothing else can be looked at.
const POOLER: &str = "pooler";

/// What is told when there is nothing else to look at.
const NOT_INITIALIZED: &str = "not_initialized";

impl<'a> Doctor<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context, registered: false }
    }

    /// For operators' tools, which know no URL of the service's: examines a login that was let in instead of the one that
    /// asks, if there is one.
    #[must_use]
    pub fn of_registered_logins(self) -> Self {
        Self { registered: true, ..self }
    }

    /// Looks for everything. Behind a pooler that gives sessions away after each transaction, where sessions are needed,
    /// the one finding is `pooler`; before [`Tenancy::init`](crate::Tenancy::init) it is `not_initialized`. Looking for a
    /// pooler takes ten seconds at most.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`]; [`Error::Query`] when the login may not read what it must.
    pub fn examine(&self) -> Result<Diagnosis, Error> {
        let behind = self.behind_poolers()?;
        if !behind.is_empty() {
            return Ok(Diagnosis::new(vec![pooler_finding(behind)], vec![POOLER]));
        }
        let mut diagnosis = self.look(|_| true)?;
        diagnosis.checked.push(POOLER);
        Ok(diagnosis)
    }

    /// Which URLs lead to a pooler in transaction mode and must not.
    fn behind_poolers(&self) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        let mut look = |what: &str, url: &str| {
            if pooler::gives_sessions_away(url)? {
                found.push(what.to_owned());
            }
            Ok::<_, Error>(())
        };
        if self.context.scope == Transacting::Session {
            look("the URL for requests", self.context.url())?;
        }
        if !self.context.has_one_login() {
            look("the URL for operators", self.context.operator_url())?;
        }
        Ok(found)
    }

    /// Looks only at tenants' rows, their schemas, the names in them beside those of the template and of the shared
    /// schemas, and functions of the template that mean one cannot say what.
    ///
    /// # Errors
    ///
    /// As [`examine`](Self::examine).
    pub fn examine_tenants(&self) -> Result<Diagnosis, Error> {
        self.look(|check| check.area == Area::Tenants)
    }

    fn look(&self, which: impl Fn(&Check) -> bool) -> Result<Diagnosis, Error> {
        let mut conn = self.context.operation()?;
        if !install::is_installed(&mut conn)? {
            return Ok(Diagnosis::new(vec![not_initialized()], vec![NOT_INITIALIZED]));
        }
        let login = self.login()?;
        let scope = self.scope(&mut conn, login)?;
        let checks = || checks::ALL.iter().filter(|check| which(check));
        // One snapshot for all.
        let findings = conn.build_transaction().repeatable_read().read_only().run(|conn| {
            conn.batch_execute(PLANNING).map_err(Error::query("prepare the examination"))?;
            let mut findings = checks()
                .filter_map(|check| {
                    let failed = Error::query("examine the database");
                    check.look(conn, &scope).map_err(failed).transpose()
                })
                .collect::<Result<Vec<_>, _>>()?;
            let undecided = undecided_bodies::look(conn, &scope.template);
            findings.extend(undecided.map_err(Error::query("read the functions of the template"))?);
            Ok::<_, Error>(findings)
        })?;
        let checked = [NOT_INITIALIZED, undecided_bodies::CODE]
            .into_iter()
            .chain(checks().map(|check| check.code))
            .collect();
        Ok(Diagnosis::new(findings, checked))
    }

    /// The login that serves requests.
    fn login(&self) -> Result<String, Error> {
        let mut conn = self.context.control()?;
        let known = if self.registered { SERVICE_LOGIN } else { "SELECT session_user::text AS name" };
        sql_query(known)
            .get_result(&mut *conn)
            .map(|row: Name| row.name)
            .map_err(Error::query("ask who the login is"))
    }

    fn scope(&self, conn: &mut PgConnection, login: String) -> Result<Scope, Error> {
        let template = self.context.naming.template();
        let applied = self.applied(conn).map_err(Error::query("read the template's migrations"))?;
        Ok(Scope {
            prefix: self.context.naming.prefix().to_owned(),
            shared: self.context.shared.names().map(str::to_owned).collect(),
            login,
            applied,
            opened: i32::try_from(self.context.most_connections()).unwrap_or(i32::MAX),
            roles: self.context.roles == TenantRoles::On,
            template: template.clone(),
        })
    }

    /// What the template has on record. In a transaction of its own, which acts as the template's owner.
    fn applied(&self, conn: &mut PgConnection) -> QueryResult<Vec<String>> {
        let applied = bookkeeping::applied(conn, self.context.naming.template())?;
        // That acted as the template's owner.
        conn.batch_execute("RESET ROLE")?;
        Ok(applied)
    }
}

fn pooler_finding(subjects: Vec<String>) -> Finding {
    Finding {
        code: POOLER,
        severity: Severity::Critical,
        what: "URLs that lead to a pooler in transaction mode where sessions are needed",
        why: "the pooler gives a session to somebody else after each transaction, with the tenant's path and role in it; \
              nothing else was looked at",
        remedy: "for requests, configure `Scope::Transaction` or switch the pooler to session mode; for operators, connect \
                 to PostgreSQL itself",
        subjects,
        mend: Vec::new(),
        by: MendedBy::Operator,
        safe_to_fix: false,
    }
}

fn not_initialized() -> Finding {
    Finding {
        code: NOT_INITIALIZED,
        severity: Severity::Critical,
        what: "databases in which the control plane is missing or out of date",
        why: "there is no registry of tenants, or this version cannot read it; nothing else was looked at",
        remedy: "`tenancy init`, or `Tenancy::init`",
        subjects: vec!["schema tenancy".to_owned()],
        mend: Vec::new(),
        by: MendedBy::Operator,
        safe_to_fix: false,
    }
}
