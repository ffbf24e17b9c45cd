use serde::{Serialize, Serializer};
use tenancy_core::script::Script;

use super::Severity;

/// One fault, with everybody who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Which check found it: a stable name, `shared_schema_writable`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What the subjects are.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it, in words.
    pub remedy: &'static str,
    /// Who or what has the fault, in alphabetical order; all of them.
    pub subjects: Vec<String>,
    /// The statements that mend it, if statements can.
    #[serde(serialize_with = "as_texts")]
    pub(super) mend: Vec<Script>,
    /// As whom to run them.
    pub by: MendedBy,
    /// Whether [`Doctor::fix`](super::Doctor::fix) runs them: they restore what this library made, and take nothing
    /// away that a service could rely on.
    pub safe_to_fix: bool,
}

/// As whom the statements that mend a finding are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MendedBy {
    /// The operator's login, or whoever owns what the statements are about.
    Operator,
    /// The owner role of the tenants' schemas: `SET ROLE` to it first, unless the login is a superuser.
    Owner,
    /// A superuser.
    Superuser,
}

impl Finding {
    /// The statements that mend it, to be run verbatim; none when it takes more than statements.
    pub fn mend(&self) -> impl ExactSizeIterator<Item = &str> {
        self.mend.iter().map(Script::as_str)
    }
}

fn as_texts<S: Serializer>(scripts: &[Script], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(scripts.iter().map(Script::as_str))
}
