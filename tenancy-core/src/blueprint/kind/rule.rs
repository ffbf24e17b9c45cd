use super::Firing;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A rewrite rule other than that which makes a view a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its table or view.
    pub table: String,
    /// Its name.
    pub name: String,
    /// `CREATE RULE ...`.
    pub definition: Deparsed,
    /// When it fires.
    pub firing: Firing,
}

impl Render for Rule {
    fn stage(&self) -> Stage {
        Stage::Rule
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.deparsed(&self.definition).end();
        self.firing.write(&self.table, "RULE ", &self.name, out);
    }
}
