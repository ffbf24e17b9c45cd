use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Trigger;

use super::letter;
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// A trigger, constraint triggers among them.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = Text)]
    firing: String,
}

impl Member for Row {
    const CLASS: u32 = class::TRIGGER;
    const READING: &'static str = "read the triggers of the template";
    const QUERY: &'static str = include_str!("triggers.sql");

    fn title(&self, name: &str) -> String {
        format!("{}.{name}", self.table_name)
    }

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Trigger {
            table: self.table_name,
            name: name.to_owned(),
            definition: catalog.statement(&self.definition)?,
            firing: letter::read(&self.firing)?,
        })
    }
}
