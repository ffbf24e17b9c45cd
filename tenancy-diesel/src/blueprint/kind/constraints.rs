use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{Constraint, ConstraintKind};

use super::letter;
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A constraint that is added to a table that stands.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    parameters: Option<Vec<String>>,
    #[diesel(sql_type = Bool)]
    clustered: bool,
    #[diesel(sql_type = Bool)]
    replica_identity: bool,
}

impl Member for Row {
    const CLASS: u32 = class::CONSTRAINT;
    const READING: &'static str = "read the constraints of the template";
    const QUERY: &'static str = include_str!("constraints.sql");

    fn title(&self, name: &str) -> String {
        format!("{}.{name}", self.table_name)
    }

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Constraint {
            table: self.table_name,
            name: name.to_owned(),
            kind: if self.kind == "f" { ConstraintKind::ForeignKey } else { ConstraintKind::Indexed },
            definition: catalog.deparsed(&self.definition)?,
            parameters: letter::parameters(false, self.parameters),
            clustered: self.clustered,
            replica_identity: self.replica_identity,
        })
    }
}
