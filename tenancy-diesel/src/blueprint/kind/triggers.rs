use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{PartitionTrigger, Trigger};

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
    #[diesel(sql_type = Nullable<Array<Text>>)]
    part_tables: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    part_names: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    part_firings: Option<Vec<String>>,
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
            partitions: self.partitions()?,
            table: self.table_name,
            name: name.to_owned(),
            definition: catalog.statement(&self.definition)?,
            firing: letter::read(&self.firing)?,
        })
    }
}

impl Row {
    fn partitions(&self) -> Result<Vec<PartitionTrigger>, CaptureError> {
        let tables = self.part_tables.iter().flatten();
        let names = self.part_names.iter().flatten();
        let firings = self.part_firings.iter().flatten();
        tables
            .zip(names)
            .zip(firings)
            .map(|((table, name), firing)| {
                Ok(PartitionTrigger {
                    table: table.clone(),
                    name: name.clone(),
                    firing: letter::read(firing)?,
                })
            })
            .collect()
    }
}
