use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Integer, Nullable, SmallInt, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::Index;

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
    #[diesel(sql_type = Bool)]
    clustered: bool,
    #[diesel(sql_type = Bool)]
    replica_identity: bool,
    #[diesel(sql_type = Nullable<Array<SmallInt>>)]
    statistics_columns: Option<Vec<i16>>,
    #[diesel(sql_type = Nullable<Array<Integer>>)]
    statistics_targets: Option<Vec<i32>>,
}

impl Member for Row {
    const CLASS: u32 = class::RELATION;
    const READING: &'static str = "read the indexes of the template";
    const QUERY: &'static str = include_str!("indexes.sql");

    fn define(self, name: &str, catalog: &Catalog<'_>) -> Result<impl Into<Definition>, CaptureError> {
        let columns = self.statistics_columns.into_iter().flatten();
        Ok(Index {
            table: self.table_name,
            name: name.to_owned(),
            definition: catalog.statement(&self.definition)?,
            statistics: columns.zip(self.statistics_targets.into_iter().flatten()).collect(),
            clustered: self.clustered,
            replica_identity: self.replica_identity,
        })
    }
}
