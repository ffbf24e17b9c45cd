use super::Parameter;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A constraint that is added to a table that stands: all but checks and NOT NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Its table.
    pub table: String,
    /// Its name, which is also its index's.
    pub name: String,
    /// What kind it is.
    pub kind: ConstraintKind,
    /// `PRIMARY KEY (...)` and the like.
    pub definition: Deparsed,
    /// The storage parameters of its index, which the definition leaves out.
    pub parameters: Vec<Parameter>,
    /// Whether the table is clustered on its index.
    pub clustered: bool,
    /// Whether its index is the replica identity.
    pub replica_identity: bool,
}

/// What kind of constraint it is, as far as the order is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A primary key, unique or exclusion constraint: it has an index.
    Indexed,
    /// A foreign key.
    ForeignKey,
}

impl Render for Constraint {
    fn stage(&self) -> Stage {
        match self.kind {
            ConstraintKind::Indexed => Stage::Constraint,
            ConstraintKind::ForeignKey => Stage::ForeignKey,
        }
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("ALTER TABLE ONLY ").name(&self.table).sql(" ADD CONSTRAINT ").ident(&self.name);
        out.sql(" ").deparsed(&self.definition).end();
        if !self.parameters.is_empty() {
            out.sql("ALTER INDEX ").name(&self.name).sql(" SET ");
            Parameter::write(&self.parameters, out);
            out.end();
        }
        write_marks(&self.table, &self.name, self.clustered, self.replica_identity, out);
    }
}

/// What a table says about one of its indexes.
pub(super) fn write_marks(
    table: &str,
    index: &str,
    clustered: bool,
    replica_identity: bool,
    out: &mut Writer<'_>,
) {
    if clustered {
        out.sql("ALTER TABLE ").name(table).sql(" CLUSTER ON ").ident(index).end();
    }
    if replica_identity {
        out.sql("ALTER TABLE ONLY ").name(table).sql(" REPLICA IDENTITY USING INDEX ").ident(index).end();
    }
}
