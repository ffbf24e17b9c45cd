/// How much of a schema a clone has: which rows, and whose rights.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    /// The rows that it starts with.
    pub rows: Rows,
    /// The role whose rights are not carried: that of the tenant that the schema belongs to. The clone's gets its own.
    pub without_rights_of: Option<String>,
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
        Self { rows, without_rights_of: None }
    }
}
