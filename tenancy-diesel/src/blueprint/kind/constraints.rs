use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Text};
use tenancy_core::blueprint::Definition;
use tenancy_core::blueprint::kind::{Constraint, ConstraintKind, PartitionConstraint};

use super::index_settings::Settings;
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
    #[diesel(embed)]
    settings: Settings,
    #[diesel(sql_type = Bool)]
    to_partitioned: bool,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    reserved: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    part_tables: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    part_names: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    part_definitions: Option<Vec<String>>,
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
            name: name.to_owned(),
            definition: catalog.deparsed(&self.definition)?,
            kind: match self.kind.as_str() {
                "c" | "n" => ConstraintKind::Check,
                "f" => ConstraintKind::ForeignKey {
                    to_partitioned: self.to_partitioned,
                    reserved: self.reserved.clone().unwrap_or_default(),
                    partitions: self.partitions(catalog)?,
                },
                _ => ConstraintKind::Indexed {
                    parameters: letter::parameters(false, self.parameters),
                    settings: self.settings.into(),
                },
            },
            table: self.table_name,
        })
    }
}

impl Row {
    fn partitions(&self, catalog: &Catalog<'_>) -> Result<Vec<PartitionConstraint>, CaptureError> {
        let tables = self.part_tables.iter().flatten();
        let names = self.part_names.iter().flatten();
        let definitions = self.part_definitions.iter().flatten();
        tables
            .zip(names)
            .zip(definitions)
            .map(|((table, name), definition)| {
                let (table, name) = (table.clone(), name.clone());
                Ok(PartitionConstraint { table, name, definition: catalog.deparsed(definition)? })
            })
            .collect()
    }
}
