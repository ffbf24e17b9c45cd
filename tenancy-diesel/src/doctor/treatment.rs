use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryResult};
use serde::Serialize;
use tenancy_core::script::Script;

use super::{Diagnosis, Doctor, Finding, MendedBy};
use crate::error::Error;

/// What [`Doctor::fix`] came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Treatment {
    /// The statements that were run.
    pub fixed: Vec<String>,
    /// The statements that failed, with what PostgreSQL said. Each left nothing behind.
    pub failed: Vec<(String, String)>,
    /// What was found afterwards.
    pub diagnosis: Diagnosis,
}

impl Doctor<'_> {
    /// Runs the statements of those findings of `diagnosis` that are safe to fix, each in a transaction of its own,
    /// and examines again. The others are left alone.
    ///
    /// # Errors
    ///
    /// As [`examine`](Self::examine); a statement that fails is told in the result.
    pub fn fix(&self, diagnosis: &Diagnosis) -> Result<Treatment, Error> {
        let mut fixed = Vec::new();
        let mut failed = Vec::new();
        {
            let mut conn = self.context.operation()?;
            // In the order of the checks: ownership is put right before rights are.
            for code in &diagnosis.checked {
                let Some(finding) = diagnosis.finding(code).filter(|finding| finding.safe_to_fix) else {
                    continue;
                };
                for statement in &finding.mend {
                    match run(&mut conn, finding, statement) {
                        Ok(()) => fixed.push(statement.to_string()),
                        Err(error) => failed.push((statement.to_string(), error.to_string())),
                    }
                }
            }
        }
        Ok(Treatment { fixed, failed, diagnosis: self.examine()? })
    }
}

fn run(conn: &mut PgConnection, finding: &Finding, statement: &Script) -> QueryResult<()> {
    let script = match finding.by {
        MendedBy::Owner => Script::new("SELECT tenancy.act_as_owner(NULL, true);\n").script(statement),
        MendedBy::Operator | MendedBy::Superuser => statement.clone(),
    };
    conn.transaction(|conn| conn.batch_execute(script.as_str()))
}
