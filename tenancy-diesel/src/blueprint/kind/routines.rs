use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Routine;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A function or procedure.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    definition: String,
}

impl Member for Row {
    const CLASS: u32 = class::ROUTINE;
    const READING: &'static str = "read the functions of the template";
    const QUERY: &'static str = include_str!("routines.sql");

    fn define(self, _signature: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Routine { definition: catalog.statement(&self.definition)? })
    }
}
