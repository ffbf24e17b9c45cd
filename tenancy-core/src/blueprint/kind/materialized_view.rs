use super::alteration::Alteration;
use super::{ColumnSettings, Parameter};
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A materialized view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterializedView {
    /// Its name.
    pub name: String,
    /// Its columns that have settings.
    pub settings: Vec<(String, ColumnSettings)>,
    /// Its storage parameters.
    pub parameters: Vec<Parameter>,
    /// Its table access method, when it is not `heap`.
    pub access_method: Option<String>,
    /// Its tablespace, when it is not that of the database.
    pub tablespace: Option<String>,
    /// Its query.
    pub query: Deparsed,
    /// Whether the template's holds data, as the clone's then does.
    pub populated: bool,
}

impl Render for MaterializedView {
    fn stage(&self) -> Stage {
        Stage::View
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE MATERIALIZED VIEW ").name(&self.name);
        if let Some(method) = &self.access_method {
            out.sql(" USING ").ident(method);
        }
        Parameter::write_with(&self.parameters, out);
        if let Some(tablespace) = &self.tablespace {
            out.sql(" TABLESPACE ").ident(tablespace);
        }
        out.sql(" AS\n").deparsed(&self.query).sql("\n WITH NO DATA").end();
        let mut alter = Alteration::new(&self.name, out);
        for (column, settings) in &self.settings {
            settings.write(column, &mut alter);
        }
        alter.end();
    }

    // The query may call functions that read what is created later.
    fn finish(&self, out: &mut Writer<'_>) {
        if self.populated {
            out.sql("REFRESH MATERIALIZED VIEW ").name(&self.name).end();
        }
    }
}
