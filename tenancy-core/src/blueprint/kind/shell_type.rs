use crate::blueprint::Stage;
use crate::blueprint::render::{Render, Writer};

/// A type that is declared and not defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellType {
    /// Its name.
    pub name: String,
}

impl Render for ShellType {
    fn stage(&self) -> Stage {
        Stage::Type
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TYPE ").name(&self.name).end();
    }
}
