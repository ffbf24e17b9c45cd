use super::constraint::write_marks;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// An index that belongs to no constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its table or materialized view.
    pub table: String,
    /// Its name.
    pub name: String,
    /// `CREATE INDEX ...`.
    pub definition: Deparsed,
    /// The statistics targets of its columns, by their numbers.
    pub statistics: Vec<(i16, i32)>,
    /// Whether the table is clustered on it.
    pub clustered: bool,
    /// Whether it is the replica identity.
    pub replica_identity: bool,
}

impl Render for Index {
    fn stage(&self) -> Stage {
        Stage::Index
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.deparsed(&self.definition).end();
        for (column, target) in &self.statistics {
            out.sql("ALTER INDEX ").name(&self.name).sql(" ALTER COLUMN ").number((*column).into());
            out.sql(" SET STATISTICS ").number((*target).into()).end();
        }
        write_marks(&self.table, &self.name, self.clustered, self.replica_identity, out);
    }
}
