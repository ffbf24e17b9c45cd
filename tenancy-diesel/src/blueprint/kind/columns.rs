use std::collections::HashMap;

use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Oid, Text};
use tenancy_core::blueprint::ObjectId;
use tenancy_core::blueprint::kind::{Column, ColumnSettings, ColumnValue, NotNull, ViewColumn};

use super::letter;
use super::sequences::Options;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::Inventory;
use crate::blueprint::{CaptureError, class};

#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Oid)]
    relation: u32,
    #[diesel(sql_type = Text)]
    pub(super) name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Nullable<Text>)]
    collation: Option<String>,
    #[diesel(sql_type = Bool)]
    not_null: bool,
    #[diesel(sql_type = Nullable<Oid>)]
    not_null_oid: Option<u32>,
    #[diesel(sql_type = Nullable<Text>)]
    not_null_name: Option<String>,
    #[diesel(sql_type = Text)]
    identity: String,
    #[diesel(sql_type = Text)]
    generated: String,
    #[diesel(sql_type = Nullable<Oid>)]
    default_oid: Option<u32>,
    #[diesel(sql_type = Nullable<Text>)]
    default_value: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    statistics: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    storage: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    compression: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    parameters: Option<Vec<String>>,
    #[diesel(embed)]
    sequence: Option<IdentitySequence>,
}

#[derive(QueryableByName)]
struct IdentitySequence {
    #[diesel(sql_type = Oid)]
    sequence_oid: u32,
    #[diesel(sql_type = Text)]
    sequence_name: String,
    #[diesel(embed)]
    options: Options,
}

/// The columns of every table and view, by the OID of the relation.
pub(super) fn read(catalog: &mut Catalog<'_>) -> Result<HashMap<u32, Vec<Row>>, CaptureError> {
    let mut columns: HashMap<u32, Vec<Row>> = HashMap::new();
    for row in catalog.rows::<Row>("read the columns of the template", include_str!("columns.sql"))? {
        columns.entry(row.relation).or_default().push(row);
    }
    Ok(columns)
}

impl Row {
    pub(super) fn table_column(&self, catalog: &Catalog<'_>) -> Result<Column, CaptureError> {
        Ok(Column {
            name: self.name.clone(),
            data_type: catalog.deparsed(&self.data_type)?,
            collation: catalog.deparsed_if(self.collation.as_deref())?,
            not_null: match &self.not_null_name {
                Some(name) => NotNull::Named(name.clone()),
                None if self.not_null => NotNull::Unnamed,
                None => NotNull::No,
            },
            value: self.value(catalog)?,
            settings: self.settings()?,
        })
    }

    pub(super) fn view_column(&self, catalog: &Catalog<'_>) -> Result<ViewColumn, CaptureError> {
        Ok(ViewColumn {
            name: self.name.clone(),
            data_type: catalog.deparsed(&self.data_type)?,
            collation: catalog.deparsed_if(self.collation.as_deref())?,
            default: catalog.deparsed_if(self.default_value.as_deref())?,
        })
    }

    pub(super) fn settings(&self) -> Result<ColumnSettings, CaptureError> {
        Ok(ColumnSettings {
            statistics: self.statistics,
            storage: self.storage.as_deref().map(letter::read).transpose()?,
            compression: self.compression.as_deref().map(letter::read).transpose()?,
            parameters: letter::parameters(false, self.parameters.clone()),
        })
    }

    /// Says which catalogue rows are created along with the column of `object`.
    pub(super) fn include(&self, object: usize, inventory: &mut Inventory) {
        if let Some(oid) = self.default_oid {
            // A shell has its generated columns, but not its defaults.
            let late = self.generated.is_empty();
            inventory.include(ObjectId { class: class::DEFAULT, oid }, object, late);
        }
        if let Some(oid) = self.not_null_oid {
            inventory.include(ObjectId { class: class::CONSTRAINT, oid }, object, false);
        }
        if let Some(sequence) = &self.sequence {
            let id = ObjectId { class: class::RELATION, oid: sequence.sequence_oid };
            inventory.include(id, object, false);
        }
    }

    fn value(&self, catalog: &Catalog<'_>) -> Result<ColumnValue, CaptureError> {
        if let Some(sequence) = &self.sequence {
            return Ok(ColumnValue::Identity {
                always: self.identity == "a",
                sequence: sequence.sequence_name.clone(),
                options: sequence.options.into(),
            });
        }
        let Some(expression) = catalog.deparsed_if(self.default_value.as_deref())? else {
            return Ok(ColumnValue::Null);
        };
        match self.generated.as_str() {
            "" => Ok(ColumnValue::Default(expression)),
            stored @ ("s" | "v") => Ok(ColumnValue::Generated { expression, stored: stored == "s" }),
            newer => {
                Err(CaptureError::Unknown { catalogue: "pg_attribute.attgenerated", value: newer.to_owned() })
            }
        }
    }
}
