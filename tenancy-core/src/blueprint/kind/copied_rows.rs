use crate::blueprint::Stage;
use crate::blueprint::render::{Render, Writer};

/// Rows of the template that every tenant starts with, copied inside the server when the script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedRows {
    /// The table, of one name in the template and in the clone.
    pub table: String,
    /// The columns that are copied.
    pub columns: Vec<String>,
}

impl Render for CopiedRows {
    fn stage(&self) -> Stage {
        Stage::Rows
    }

    fn create(&self, out: &mut Writer<'_>) {
        let columns = |out: &mut Writer<'_>| {
            out.list(&self.columns, |out, column| {
                out.ident(column);
            });
        };
        out.sql("INSERT INTO ").name(&self.table).sql(" (");
        columns(out);
        out.sql(") SELECT ");
        columns(out);
        out.sql(" FROM ").template_name(&self.table).end();
    }
}
