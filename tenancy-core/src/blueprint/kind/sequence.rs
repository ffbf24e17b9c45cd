use super::Persistence;
use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A sequence of its own, or the sequence of a serial column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Its name.
    pub name: String,
    /// Whether it survives a crash.
    pub persistence: Persistence,
    /// The type of its values.
    pub data_type: Deparsed,
    /// How it counts.
    pub options: SequenceOptions,
    /// Table and column that it is dropped with.
    pub owned_by: Option<(String, String)>,
}

/// How a sequence counts. A clone's sequence starts at `start`, wherever the template's stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceOptions {
    /// The first value.
    pub start: i64,
    /// The step.
    pub increment: i64,
    /// The smallest value.
    pub min: i64,
    /// The largest value.
    pub max: i64,
    /// How many values a session takes at once.
    pub cache: i64,
    /// Whether it starts again behind its end.
    pub cycle: bool,
}

impl SequenceOptions {
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        for (option, number) in [
            (" START WITH ", self.start),
            (" INCREMENT BY ", self.increment),
            (" MINVALUE ", self.min),
            (" MAXVALUE ", self.max),
            (" CACHE ", self.cache),
        ] {
            out.sql(option).number(number);
        }
        if self.cycle {
            out.sql(" CYCLE");
        }
    }
}

impl Render for Sequence {
    fn stage(&self) -> Stage {
        Stage::Sequence
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE ").sql(self.persistence.keyword()).sql("SEQUENCE ").name(&self.name);
        out.sql(" AS ").deparsed(&self.data_type);
        self.options.write(out);
        out.end();
    }

    // The table's default needs the sequence; the sequence is tied to the table only when both stand.
    fn finish(&self, out: &mut Writer<'_>) {
        if let Some((table, column)) = &self.owned_by {
            out.sql("ALTER SEQUENCE ").name(&self.name).sql(" OWNED BY ").name(table);
            out.sql(".").ident(column).end();
        }
    }
}
