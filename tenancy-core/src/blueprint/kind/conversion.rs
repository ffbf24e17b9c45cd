use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A conversion between encodings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Its name.
    pub name: String,
    /// Whether it is the default of its schema.
    pub default: bool,
    /// The encoding it converts from.
    pub source: String,
    /// The encoding it converts to.
    pub target: String,
    /// The function, qualified.
    pub function: Deparsed,
}

impl Render for Conversion {
    fn stage(&self) -> Stage {
        Stage::Operator
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql(if self.default { "CREATE DEFAULT CONVERSION " } else { "CREATE CONVERSION " });
        out.name(&self.name).sql(" FOR ").literal(&self.source).sql(" TO ").literal(&self.target);
        out.sql(" FROM ").deparsed(&self.function).end();
    }
}
