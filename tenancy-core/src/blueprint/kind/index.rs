use super::IndexSettings;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// An index that belongs to no constraint. That of a partitioned table is created for it alone; those of the
/// partitions are indexes of their own, which are then attached, so that each keeps its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its table or materialized view.
    pub table: String,
    /// Its name.
    pub name: String,
    /// `CREATE INDEX ...`.
    pub definition: Deparsed,
    /// What the definition leaves out.
    pub settings: IndexSettings,
}

impl Render for Index {
    fn stage(&self) -> Stage {
        Stage::Index
    }

    fn create(&self, out: &mut Writer<'_>) {
        self.settings.write(&self.name, out, |out| {
            out.deparsed(&self.definition).end();
        });
    }

    fn finish(&self, out: &mut Writer<'_>) {
        self.settings.finish(&self.table, &self.name, out);
    }
}
