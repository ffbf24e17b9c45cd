use super::Parameter;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A view. Its shell has its columns, all NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ViewColumn>,
    /// Its options: `security_barrier`, `security_invoker`, `check_option`.
    pub parameters: Vec<Parameter>,
    /// Its query.
    pub query: Deparsed,
}

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumn {
    /// Its name.
    pub name: String,
    /// Its type with modifiers.
    pub data_type: Deparsed,
    /// Its collation, when it is not that of the type.
    pub collation: Option<Deparsed>,
    /// The default of rows that are inserted through the view.
    pub default: Option<Deparsed>,
}

impl View {
    fn write(&self, create: &'static str, out: &mut Writer<'_>) {
        out.sql(create).name(&self.name);
        Parameter::write_with(&self.parameters, out);
        out.sql(" AS\n").deparsed(&self.query).end();
        for column in &self.columns {
            if let Some(default) = &column.default {
                out.sql("ALTER VIEW ").name(&self.name).sql(" ALTER COLUMN ").ident(&column.name);
                out.sql(" SET DEFAULT ").deparsed(default).end();
            }
        }
    }
}

impl Render for View {
    fn stage(&self) -> Stage {
        Stage::View
    }

    fn splits(&self) -> bool {
        true
    }

    fn create(&self, out: &mut Writer<'_>) {
        self.write("CREATE VIEW ", out);
    }

    fn shell(&self, out: &mut Writer<'_>) {
        out.sql("CREATE VIEW ").name(&self.name).sql(" AS SELECT ");
        out.list(&self.columns, |out, column| {
            out.sql("NULL::").deparsed(&column.data_type);
            if let Some(collation) = &column.collation {
                out.sql(" COLLATE ").deparsed(collation);
            }
            out.sql(" AS ").ident(&column.name);
        });
        out.end();
    }

    fn complete(&self, out: &mut Writer<'_>) {
        self.write("CREATE OR REPLACE VIEW ", out);
    }
}
