use super::{ColumnSettings, SequenceOptions};
use crate::blueprint::Deparsed;
use crate::blueprint::render::Writer;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type with modifiers.
    pub data_type: Deparsed,
    /// Its collation, when it is not that of the type.
    pub collation: Option<Deparsed>,
    /// Whether it is NOT NULL.
    pub not_null: NotNull,
    /// Where its value comes from when none is given.
    pub value: ColumnValue,
    /// How it is stored and analysed.
    pub settings: ColumnSettings,
}

/// Whether a column is NOT NULL. It is a constraint with a name since PostgreSQL 18.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotNull {
    /// It may be NULL.
    No,
    /// It may not.
    Unnamed,
    /// It may not, says the constraint of this name.
    Named(String),
}

/// Where a column's value comes from when none is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnValue {
    /// Nowhere: it is NULL.
    Null,
    /// A default.
    Default(Deparsed),
    /// `GENERATED ALWAYS AS (...)`.
    Generated {
        /// What its value is.
        expression: Deparsed,
        /// Whether it is stored, else it is computed when it is read (PostgreSQL 18).
        stored: bool,
    },
    /// `GENERATED ... AS IDENTITY`, with a sequence that belongs to the column.
    Identity {
        /// `ALWAYS`, else `BY DEFAULT`.
        always: bool,
        /// The name of the sequence.
        sequence: String,
        /// How the sequence counts.
        options: SequenceOptions,
    },
}

impl Column {
    /// The column as it stands in CREATE TABLE; `shell` leaves out what may come later.
    pub(super) fn write(&self, shell: bool, out: &mut Writer<'_>) {
        out.ident(&self.name).sql(" ").deparsed(&self.data_type);
        if let Some(collation) = &self.collation {
            out.sql(" COLLATE ").deparsed(collation);
        }
        match &self.value {
            ColumnValue::Default(default) if !shell => {
                out.sql(" DEFAULT ").deparsed(default);
            }
            ColumnValue::Null | ColumnValue::Default(_) => {}
            ColumnValue::Generated { expression, stored } => {
                out.sql(" GENERATED ALWAYS AS (").deparsed(expression);
                out.sql(if *stored { ") STORED" } else { ") VIRTUAL" });
            }
            ColumnValue::Identity { always, sequence, options } => {
                out.sql(" GENERATED ").sql(if *always { "ALWAYS" } else { "BY DEFAULT" });
                out.sql(" AS IDENTITY (SEQUENCE NAME ").name(sequence);
                options.write(out);
                out.sql(")");
            }
        }
        match &self.not_null {
            NotNull::No => {}
            NotNull::Unnamed => {
                out.sql(" NOT NULL");
            }
            NotNull::Named(name) => {
                out.sql(" CONSTRAINT ").ident(name).sql(" NOT NULL");
            }
        }
    }
}
