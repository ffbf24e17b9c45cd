use super::{IndexSettings, Parameter};
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A constraint that is added to a table that stands: all but checks and NOT NULL that hold for all rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Its table.
    pub table: String,
    /// Its name, which is also its index's.
    pub name: String,
    /// `PRIMARY KEY (...)` and the like.
    pub definition: Deparsed,
    /// What kind it is.
    pub kind: ConstraintKind,
}

/// What kind of constraint it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A check, or NOT NULL, that need not hold for the rows that are there.
    Check,
    /// A primary key, unique or exclusion constraint: it has an index.
    Indexed {
        /// The storage parameters of the index, which the definition leaves out.
        parameters: Vec<Parameter>,
        /// What else the definition leaves out.
        settings: IndexSettings,
    },
    /// A foreign key.
    ForeignKey {
        /// Whether the table that it refers to has partitions. PostgreSQL then makes more constraints, and names them.
        to_partitioned: bool,
        /// The names of foreign keys that are added to the table later, which PostgreSQL must not choose for those.
        reserved: Vec<String>,
        /// The foreign keys that make it up in the partitions of its own table, from the leaves upwards: given when
        /// PostgreSQL would not choose their names.
        partitions: Vec<PartitionConstraint>,
    },
}

/// A constraint of a partition that belongs to one of the partitioned table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionConstraint {
    /// The partition.
    pub table: String,
    /// Its name.
    pub name: String,
    /// What it says.
    pub definition: Deparsed,
}

impl Constraint {
    /// One statement that does something to every constraint of `names`.
    fn each(&self, out: &mut Writer<'_>, action: &'static str, names: &[String], end: &'static str) {
        if !names.is_empty() {
            out.sql("ALTER TABLE ").name(&self.table).list(names, |out, name| {
                out.sql(action).ident(name).sql(end);
            });
            out.end();
        }
    }

    fn add(out: &mut Writer<'_>, alter: &'static str, table: &str, name: &str, definition: &Deparsed) {
        out.sql(alter).name(table).sql(" ADD CONSTRAINT ").ident(name).sql(" ").deparsed(definition).end();
    }
}

impl Render for Constraint {
    fn stage(&self) -> Stage {
        match self.kind {
            ConstraintKind::Check | ConstraintKind::Indexed { .. } => Stage::Constraint,
            ConstraintKind::ForeignKey { to_partitioned: false, .. } => Stage::ForeignKey,
            ConstraintKind::ForeignKey { to_partitioned: true, .. } => Stage::ForeignKeyToPartitioned,
        }
    }

    fn create(&self, out: &mut Writer<'_>) {
        match &self.kind {
            // Not ONLY: children and partitions have it from here.
            ConstraintKind::Check => {
                Self::add(out, "ALTER TABLE ", &self.table, &self.name, &self.definition);
            }
            ConstraintKind::Indexed { parameters, settings } => settings.write(&self.name, out, |out| {
                Self::add(out, "ALTER TABLE ONLY ", &self.table, &self.name, &self.definition);
                if !parameters.is_empty() {
                    out.sql("ALTER INDEX ").name(&self.name).sql(" SET ");
                    Parameter::write(parameters, out);
                    out.end();
                }
            }),
            // Adding it to the partitioned table adopts those of the partitions that say the same.
            ConstraintKind::ForeignKey { reserved, partitions, .. } => {
                self.each(out, " ADD CONSTRAINT ", reserved, " CHECK (true)");
                for part in partitions {
                    Self::add(out, "ALTER TABLE ", &part.table, &part.name, &part.definition);
                }
                Self::add(out, "ALTER TABLE ", &self.table, &self.name, &self.definition);
                self.each(out, " DROP CONSTRAINT ", reserved, "");
            }
        }
    }

    fn finish(&self, out: &mut Writer<'_>) {
        if let ConstraintKind::Indexed { settings, .. } = &self.kind {
            settings.finish(&self.table, &self.name, out);
        }
    }
}
