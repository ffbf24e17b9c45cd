use super::Firing;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its table or view.
    pub table: String,
    /// Its name.
    pub name: String,
    /// `CREATE TRIGGER ...`.
    pub definition: Deparsed,
    /// When it fires.
    pub firing: Firing,
}

impl Render for Trigger {
    fn stage(&self) -> Stage {
        Stage::Trigger
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.deparsed(&self.definition).end();
        self.firing.write(&self.table, "TRIGGER ", &self.name, out);
    }
}
