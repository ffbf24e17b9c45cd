use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Index;

use super::index_settings::Settings;
use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// An index that belongs to no constraint.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(embed)]
    settings: Settings,
}

impl Member for Row {
    const CLASS: u32 = class::RELATION;
    const READING: &'static str = "read the indexes of the template";
    const QUERY: &'static str = include_str!("indexes.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Index {
            table: self.table_name,
            name: name.to_owned(),
            definition: catalog.statement(&self.definition)?,
            settings: self.settings.into(),
        })
    }
}
