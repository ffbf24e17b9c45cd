use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// An extended statistics object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Its name.
    pub name: String,
    /// `CREATE STATISTICS ...`.
    pub definition: Deparsed,
    /// Its target, when it is not the default.
    pub target: Option<i32>,
}

impl Render for Statistics {
    fn stage(&self) -> Stage {
        Stage::Statistics
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.deparsed(&self.definition).end();
        if let Some(target) = self.target {
            out.sql("ALTER STATISTICS ").name(&self.name).sql(" SET STATISTICS ").number(target.into()).end();
        }
    }
}
