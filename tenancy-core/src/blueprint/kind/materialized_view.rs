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
        Parameter::write_with(&self.parameters, out);
        out.sql(" AS\n").deparsed(&self.query).sql("\n WITH NO DATA").end();
        ColumnSettings::write(&self.name, self.settings.iter().map(|(name, s)| (name.as_str(), s)), out);
    }

    // The query may call functions that read what is created later.
    fn finish(&self, out: &mut Writer<'_>) {
        if self.populated {
            out.sql("REFRESH MATERIALIZED VIEW ").name(&self.name).end();
        }
    }
}
