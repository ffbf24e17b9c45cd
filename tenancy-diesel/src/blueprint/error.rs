use tenancy_core::blueprint::{CycleError, StraySentinel};
use tenancy_core::name::SchemaName;

use super::Refusal;

/// Why a template could not be captured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// There is no such schema.
    #[error("there is no schema `{template}` to clone tenants from: create it with `tenancy init`")]
    NoTemplate {
        /// The schema that was looked for.
        template: SchemaName,
    },
    /// The rows of a table are to be copied, and there is no such table.
    #[error(
        "rows of {} are to be copied, and `{schema}` has no such {}: was it renamed or dropped? `tenancy seed --remove` \
         forgets it",
        .tables.iter().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(", "),
        if .tables.len() == 1 { "table" } else { "tables" }
    )]
    NoSuchTables {
        /// The schema that was read.
        schema: SchemaName,
        /// The names that no table has, or a partition: those come with the table that they belong to.
        tables: Vec<String>,
    },
    /// A clone would lack something that the template has. All of it is listed.
    #[error("the template holds what a clone would lose: {}", list(.0))]
    CannotCarry(Vec<Refusal>),
    /// Some objects need each other.
    #[error("put the template in order")]
    Cycle(#[from] CycleError),
    /// The template changed while it was read, again and again.
    #[error("`{template}` changes while it is read: capture it when no migration is running")]
    Changing {
        /// The schema that was read.
        template: SchemaName,
    },
    /// The name that the template bears while it is read occurs in its texts. It is derived from the template's
    /// state, so this is no accident.
    #[error("tell references from text in the template")]
    Stray(#[from] StraySentinel),
    /// A catalogue holds a value that this version does not know.
    #[error("{catalogue} holds `{value}`, which is newer than this library")]
    Unknown {
        /// Where the value was found.
        catalogue: &'static str,
        /// The value.
        value: String,
    },
    /// PostgreSQL refused a query.
    #[error("{doing}")]
    Query {
        /// What was being done.
        doing: &'static str,
        /// What PostgreSQL or the connection said.
        #[source]
        source: diesel::result::Error,
    },
    /// The savepoint around the reading failed.
    #[error("open or roll back the savepoint in which the template is read")]
    Transaction(#[from] diesel::result::Error),
}

fn list(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
