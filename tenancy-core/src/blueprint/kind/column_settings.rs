use super::Parameter;
use super::alteration::Alteration;

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
    /// What the server chooses when it stores a value; said only where a parent says something else.
    Default,
}

impl ColumnSettings {
    /// The actions that give `column` its settings.
    pub(super) fn write(&self, column: &str, alter: &mut Alteration<'_, '_>) {
        if let Some(target) = self.statistics {
            alter.column(column).sql(" SET STATISTICS ").number(target.into());
        }
        if let Some(storage) = self.storage {
            alter.column(column).sql(" SET STORAGE ").sql(storage.keyword());
        }
        if let Some(compression) = self.compression {
            alter.column(column).sql(" SET COMPRESSION ").sql(compression.keyword());
        }
        if !self.parameters.is_empty() {
            Parameter::write(&self.parameters, alter.column(column).sql(" SET "));
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
            Self::Default => "DEFAULT",
        }
    }
}
