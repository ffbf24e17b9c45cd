use std::collections::HashMap;

use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Oid, Text};
use tenancy_core::blueprint::ObjectId;
use tenancy_core::blueprint::kind::{
    Column, ColumnOverride, ColumnSettings, ColumnValue, Compression, NotNull, ViewColumn,
};

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
    #[diesel(sql_type = Nullable<Bool>)]
    not_null_local: Option<bool>,
    #[diesel(sql_type = Nullable<Bool>)]
    not_null_no_inherit: Option<bool>,
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
    #[diesel(sql_type = Text)]
    storage: String,
    #[diesel(sql_type = Text)]
    type_storage: String,
    /// Whether the table declares it, else it only has it from its parents.
    #[diesel(sql_type = Bool)]
    pub(super) local: bool,
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
    #[diesel(sql_type = Nullable<Text>)]
    sequence_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    sequence_persistence: Option<String>,
}

/// The columns of every table and view, by the OID of the relation.
pub(super) type Columns = HashMap<u32, Vec<Row>>;

pub(super) fn read(catalog: &mut Catalog<'_>) -> Result<Columns, CaptureError> {
    let mut columns = Columns::new();
    for row in catalog.rows::<Row>("read the columns of the template", include_str!("columns.sql"))? {
        columns.entry(row.relation).or_default().push(row);
    }
    Ok(columns)
}

impl Row {
    /// The column as its table declares it.
    pub(super) fn declared(&self, catalog: &Catalog<'_>) -> Result<Column, CaptureError> {
        Ok(Column {
            name: self.name.clone(),
            data_type: catalog.deparsed(&self.data_type)?,
            collation: catalog.deparsed_if(self.collation.as_deref())?,
            not_null: self.not_null(),
            value: self.value(catalog)?,
            settings: self.settings()?,
        })
    }

    /// The same where the table also has it from `parents`: what CREATE TABLE takes over is not said again, and what
    /// may not be said neither.
    pub(super) fn merged(&self, parents: &[&Self], catalog: &Catalog<'_>) -> Result<Column, CaptureError> {
        let mut column = self.declared(catalog)?;
        if self.is_generated() && parents.iter().any(|parent| parent.default_value == self.default_value) {
            column.value = ColumnValue::Null;
        }
        if self.not_null_local == Some(false) {
            column.not_null = NotNull::No;
        }
        column.settings = ColumnSettings::default();
        Ok(column)
    }

    /// What the table changes of a column that it has from `parents`.
    pub(super) fn overriding(
        &self,
        parents: &[&Self],
        catalog: &Catalog<'_>,
    ) -> Result<ColumnOverride, CaptureError> {
        let value = match self.value(catalog)? {
            ColumnValue::Null => {
                let taken_over = parents.iter().any(|parent| parent.default_value.is_some());
                taken_over.then_some(ColumnValue::Null)
            }
            // Said whatever the parents say: they may have said it later.
            ColumnValue::Default(default) => (!self.local).then_some(ColumnValue::Default(default)),
            ColumnValue::Generated { .. }
                if self.local || parents.iter().any(|parent| parent.default_value == self.default_value) =>
            {
                None
            }
            ColumnValue::Identity { .. } if self.local => None,
            value => Some(value),
        };
        let not_null = match self.not_null() {
            NotNull::No if parents.iter().any(|parent| parent.not_null) => Some(NotNull::No),
            NotNull::No => None,
            NotNull::Named { .. } if self.local || self.not_null_local == Some(false) => None,
            NotNull::Unnamed if self.local || parents.iter().any(|parent| parent.not_null) => None,
            not_null => Some(not_null),
        };
        Ok(ColumnOverride {
            name: self.name.clone(),
            value,
            not_null,
            settings: self.settings_beside(parents.first().copied())?,
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

    /// How a column is stored that is created by itself.
    pub(super) fn settings(&self) -> Result<ColumnSettings, CaptureError> {
        self.settings_beside(None)
    }

    /// The same for one that begins with the storage and compression of `parent`'s.
    fn settings_beside(&self, parent: Option<&Self>) -> Result<ColumnSettings, CaptureError> {
        let storage = parent.map_or(&self.type_storage, |parent| &parent.storage);
        let compression = parent.and_then(|parent| parent.compression.as_deref());
        Ok(ColumnSettings {
            statistics: self.statistics,
            storage: (self.storage != *storage).then(|| letter::read(&self.storage)).transpose()?,
            compression: match self.compression.as_deref() {
                own if own == compression => None,
                Some(own) => Some(letter::read(own)?),
                None => Some(Compression::Default),
            },
            parameters: letter::parameters(false, self.parameters.clone()),
        })
    }

    /// Says which catalogue rows are created along with the column of `object`.
    pub(super) fn include(&self, object: usize, inventory: &mut Inventory) {
        if let Some(oid) = self.default_oid {
            // A shell has its generated columns, but not its defaults.
            inventory.include(ObjectId { class: class::DEFAULT, oid }, object, !self.is_generated());
        }
        // One that is not valid is an object of its own.
        if let Some(oid) = self.not_null_oid.filter(|_| self.not_null || self.not_null_local == Some(false)) {
            inventory.include(ObjectId { class: class::CONSTRAINT, oid }, object, false);
        }
        if let Some(sequence) = &self.sequence {
            let id = ObjectId { class: class::RELATION, oid: sequence.sequence_oid };
            inventory.include(id, object, false);
        }
    }

    fn is_generated(&self) -> bool {
        !self.generated.is_empty()
    }

    fn not_null(&self) -> NotNull {
        match &self.not_null_name {
            Some(name) if self.not_null => NotNull::Named {
                name: name.clone(),
                no_inherit: self.not_null_no_inherit.unwrap_or_default(),
            },
            None if self.not_null => NotNull::Unnamed,
            _ => NotNull::No,
        }
    }

    fn value(&self, catalog: &Catalog<'_>) -> Result<ColumnValue, CaptureError> {
        if let Some(sequence) = &self.sequence {
            return Ok(ColumnValue::Identity {
                always: self.identity == "a",
                sequence: sequence.sequence_name.clone(),
                options: sequence.options.into(),
                data_type: catalog.deparsed_if(sequence.sequence_type.as_deref())?,
                persistence: sequence.sequence_persistence.as_deref().map(letter::read).transpose()?,
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
