use super::CopiedColumn;
use crate::blueprint::Stage;
use crate::blueprint::render::{Render, Writer};

/// Rows of the source that the clone starts with, copied inside the server when the script runs.
///
/// All tables are read by one statement, so from one snapshot, whatever is written to them meanwhile. Constraints,
/// indexes, foreign keys, rules and triggers are created later, so their order does not matter and nothing fires.
/// Checks and domains hold already, and what they call [runs](crate::blueprint::Object::runs_text).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedRows {
    /// The tables.
    pub tables: Vec<CopiedTable>,
    /// The sequences that go on where the source's stand. They are read after the rows, because they are ahead of a
    /// snapshot: what they handed out for a copied row, they never hand out again.
    pub sequences: Vec<String>,
}

/// A table whose rows are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name, the same in the source and in the clone.
    pub name: String,
    /// Its columns, but for those that are generated.
    pub columns: Vec<CopiedColumn>,
    /// Whether it is partitioned. The rows then find their partitions anew: a partition by hash of an enum differs,
    /// because the hash is that of an OID.
    pub partitioned: bool,
    /// Whether policies apply to its owner.
    pub row_security_forced: bool,
}

/// Texts are written in the one form that is read again without loss. A policy that would hide a row is an error.
const SETTINGS: &str = "SET LOCAL row_security TO off;\n\
     SET LOCAL array_nulls TO on;\n\
     SET LOCAL datestyle TO ISO, YMD;\n\
     SET LOCAL intervalstyle TO postgres;\n\
     SET LOCAL extra_float_digits TO 3;\n\
     SET LOCAL bytea_output TO hex;\n\
     SET LOCAL xmloption TO content;\n";

impl CopiedTable {
    fn write_source(&self, out: &mut Writer<'_>) {
        out.sql(if self.partitioned { "" } else { "ONLY " }).template_name(&self.name);
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.sql("INSERT INTO ").name(&self.name);
        // Without columns there are rows all the same.
        if !self.columns.is_empty() {
            out.sql(" (").list(&self.columns, |out, column| {
                out.ident(&column.name);
            });
            out.sql(")");
        }
        out.sql(" OVERRIDING SYSTEM VALUE SELECT ").list(&self.columns, |out, column| column.write(out));
        out.sql(" FROM ");
        self.write_source(out);
        out.sql(" source");
    }
}

impl CopiedRows {
    /// The statement that keeps the tables of the source from being altered until the end of the transaction.
    pub(in crate::blueprint) fn lock(&self, out: &mut Writer<'_>) {
        if !self.tables.is_empty() {
            out.sql("LOCK TABLE ").list(&self.tables, |out, table| table.write_source(out));
            out.sql(" IN ACCESS SHARE MODE").end();
        }
    }

    fn insert(&self, out: &mut Writer<'_>) {
        match self.tables.as_slice() {
            [] => {}
            [table] => {
                table.write(out);
                out.end();
            }
            tables => {
                out.sql("WITH ").list(tables.iter().enumerate(), |out, (place, table)| {
                    out.ident(&place.to_string()).sql(" AS (");
                    table.write(out);
                    out.sql(")");
                });
                out.sql(" SELECT").end();
            }
        }
    }
}

impl Render for CopiedRows {
    fn stage(&self) -> Stage {
        Stage::Rows
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql(SETTINGS);
        self.insert(out);
        // The registry's own policies are no error.
        out.sql("SET LOCAL row_security TO DEFAULT;\n");
    }

    fn finish(&self, out: &mut Writer<'_>) {
        for sequence in &self.sequences {
            out.sql("SELECT pg_catalog.setval(pg_catalog.format('%I.%I', ").schema_literal().sql(", ");
            out.literal(sequence).sql(")::pg_catalog.regclass, source.last_value, source.is_called) FROM ");
            out.template_name(sequence).sql(" source").end();
        }
    }
}
