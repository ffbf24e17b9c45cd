use super::Parameter;
use crate::blueprint::render::Writer;

/// How a column is stored and analysed, where it differs from what its type says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnSettings {
    /// The statistics target.
    pub statistics: Option<i32>,
    /// The TOAST strategy.
    pub storage: Option<Storage>,
    /// The compression method.
    pub compression: Option<Compression>,
    /// Options such as `n_distinct`.
    pub parameters: Vec<Parameter>,
}

/// A TOAST strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Never compressed, never out of line.
    Plain,
    /// Out of line, never compressed.
    External,
    /// Compressed, out of line as a last resort.
    Main,
    /// Compressed and out of line.
    Extended,
}

/// A compression method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// `pglz`.
    Pglz,
    /// `lz4`.
    Lz4,
}

impl ColumnSettings {
    /// Statements for every column that has settings; `relation` is a table or materialized view.
    pub(super) fn write<'c>(
        relation: &str,
        columns: impl IntoIterator<Item = (&'c str, &'c Self)>,
        out: &mut Writer<'_>,
    ) {
        for (column, settings) in columns {
            let alter = |out: &mut Writer<'_>, action| {
                out.sql("ALTER TABLE ONLY ").name(relation).sql(" ALTER COLUMN ").ident(column).sql(action);
            };
            if let Some(target) = settings.statistics {
                alter(out, " SET STATISTICS ");
                out.number(target.into()).end();
            }
            if let Some(storage) = settings.storage {
                alter(out, " SET STORAGE ");
                out.sql(storage.keyword()).end();
            }
            if let Some(compression) = settings.compression {
                alter(out, " SET COMPRESSION ");
                out.sql(compression.keyword()).end();
            }
            if !settings.parameters.is_empty() {
                alter(out, " SET ");
                Parameter::write(&settings.parameters, out);
                out.end();
            }
        }
    }
}

impl Storage {
    fn keyword(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::External => "EXTERNAL",
            Self::Main => "MAIN",
            Self::Extended => "EXTENDED",
        }
    }
}

impl Compression {
    fn keyword(self) -> &'static str {
        match self {
            Self::Pglz => "pglz",
            Self::Lz4 => "lz4",
        }
    }
}
