use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A function or procedure, whole as `pg_get_functiondef` writes it.
///
/// A body that is text is resolved at run time by the path of whoever calls it, so it needs no schema in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    /// `CREATE OR REPLACE FUNCTION ...`.
    pub definition: Deparsed,
}

impl Render for Routine {
    fn stage(&self) -> Stage {
        Stage::Routine
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.deparsed(&self.definition).end();
    }
}
