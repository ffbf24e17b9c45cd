use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Statistics;

use super::member::Member;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::{CaptureError, class};

/// An extended statistics object.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = Nullable<Integer>)]
    target: Option<i32>,
}

impl Member for Row {
    const CLASS: u32 = class::STATISTICS;
    const READING: &'static str = "read the statistics of the template";
    const QUERY: &'static str = include_str!("statistics.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        Ok(Statistics {
            name: name.to_owned(),
            definition: catalog.statement(&self.definition)?,
            target: self.target,
        })
    }
}
