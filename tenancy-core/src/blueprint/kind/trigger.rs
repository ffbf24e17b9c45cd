use super::Firing;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A trigger. One for each row of a partitioned table also stands in the partitions, by PostgreSQL's doing.
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
    /// What it is in those partitions where it is not what PostgreSQL makes of it.
    pub partitions: Vec<PartitionTrigger>,
}

/// What a partition makes of a trigger of the partitioned table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionTrigger {
    /// The partition.
    pub table: String,
    /// Its name there. Before PostgreSQL 15 it could be renamed.
    pub name: String,
    /// When it fires there.
    pub firing: Firing,
}

impl Render for Trigger {
    fn stage(&self) -> Stage {
        Stage::Trigger
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.deparsed(&self.definition).end();
        self.firing.write(&self.table, "TRIGGER ", &self.name, out);
        for part in &self.partitions {
            if part.name != self.name {
                out.sql("ALTER TRIGGER ").ident(&self.name).sql(" ON ").name(&part.table);
                out.sql(" RENAME TO ").ident(&part.name).end();
            }
            part.firing.write(&part.table, "TRIGGER ", &part.name, out);
        }
    }
}
