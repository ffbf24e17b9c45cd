use diesel::sql_types::{Array, Bool, Integer, Nullable, Text};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::script::Script;

use super::{Finding, MendedBy, Scope, Severity};

/// One thing that may be wrong, as one query.
pub(super) struct Check {
    /// The stable name.
    pub(super) code: &'static str,
    pub(super) severity: Severity,
    pub(super) area: Area,
    pub(super) what: &'static str,
    pub(super) why: &'static str,
    pub(super) remedy: &'static str,
    /// Follows the prelude. One row per subject: `subject`, and `mend`, a statement that PostgreSQL's `format`
    /// quoted, or NULL. Subjects that share a statement repeat it.
    pub(super) sql: &'static str,
    pub(super) by: MendedBy,
    pub(super) safe_to_fix: bool,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    /// Rows, schemas, and which names they have: what `tenancy check` looks at.
    Tenants,
    /// Who may do what.
    Rights,
    /// Functions, views, extensions.
    Code,
    /// The server and the database.
    Server,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Nullable<Text>)]
    mend: Option<String>,
}

const PRELUDE: &str = include_str!("prelude.sql");

impl Check {
    /// Looks. One query, whatever the number of tenants.
    pub(super) fn look(&self, conn: &mut PgConnection, scope: &Scope) -> QueryResult<Option<Finding>> {
        let sql = Script::new(PRELUDE)
            // What is dropped while we look has no name any more.
            .sql("SELECT coalesce(subject, 'something that was just dropped') AS subject, mend FROM (")
            .sql(self.sql)
            .sql(") AS found (subject, mend) ORDER BY subject, mend");
        let rows: Vec<Row> = sql_query(sql.as_str())
            .bind::<Text, _>(scope.template.as_str())
            .bind::<Text, _>(&scope.prefix)
            .bind::<Array<Text>, _>(&scope.shared)
            .bind::<Text, _>(&scope.login)
            .bind::<Array<Text>, _>(&scope.applied)
            .bind::<Integer, _>(scope.opened)
            .bind::<Bool, _>(scope.roles)
            .load(conn)?;
        Ok(self.finding(rows))
    }

    fn finding(&self, rows: Vec<Row>) -> Option<Finding> {
        if rows.is_empty() {
            return None;
        }
        let mut subjects = Vec::with_capacity(rows.len());
        let mut mend: Vec<Script> = Vec::new();
        let mut written = std::collections::HashSet::new();
        for row in rows {
            if subjects.last() != Some(&row.subject) {
                subjects.push(row.subject);
            }
            if let Some(statement) = row.mend
                && written.insert(statement.clone())
            {
                mend.push(Script::default().deparsed(&statement));
            }
        }
        Some(Finding {
            code: self.code,
            severity: self.severity,
            what: self.what,
            why: self.why,
            remedy: self.remedy,
            subjects,
            mend,
            by: self.by,
            safe_to_fix: self.safe_to_fix,
        })
    }
}
