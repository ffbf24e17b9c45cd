/// How much of a schema a clone has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    /// The rows that it starts with.
    pub rows: Rows,
}

/// Which rows a clone starts with. Those of `__diesel_schema_migrations` are always among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Rows {
    /// No others.
    #[default]
    Bookkeeping,
    /// Those of these tables, with the sequences that they own or use set on.
    Of(Vec<String>),
    /// All of them, with all sequences set on.
    All,
}

impl Extent {
    /// The structure, and the rows of `tables`.
    pub fn with_rows_of(tables: Vec<String>) -> Self {
        let rows = if tables.is_empty() { Rows::Bookkeeping } else { Rows::Of(tables) };
        Self { rows }
    }
}
