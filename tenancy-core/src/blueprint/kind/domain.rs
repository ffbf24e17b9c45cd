use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// The type it restricts, with modifiers.
    pub base: Deparsed,
    /// Its collation, when it is not that of the type.
    pub collation: Option<Deparsed>,
    /// Its default.
    pub default: Option<Deparsed>,
    /// Whether it is NOT NULL.
    pub not_null: bool,
    /// Its constraints.
    pub checks: Vec<Check>,
}

/// A check constraint that is written together with its table or domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// `CHECK (...)` and what follows.
    pub definition: Deparsed,
    /// Whether it holds for all rows; if not, it has to be added to what stands.
    pub validated: bool,
}

impl Check {
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        out.sql("CONSTRAINT ").ident(&self.name).sql(" ").deparsed(&self.definition);
    }
}

impl Domain {
    fn add(&self, check: &Check, out: &mut Writer<'_>) {
        out.sql("ALTER DOMAIN ").name(&self.name).sql(" ADD ");
        check.write(out);
        out.end();
    }
}

impl Render for Domain {
    fn stage(&self) -> Stage {
        Stage::Type
    }

    fn splits(&self) -> bool {
        true
    }

    fn create(&self, out: &mut Writer<'_>) {
        self.shell(out);
        self.complete(out);
    }

    fn shell(&self, out: &mut Writer<'_>) {
        out.sql("CREATE DOMAIN ").name(&self.name).sql(" AS ").deparsed(&self.base);
        if let Some(collation) = &self.collation {
            out.sql(" COLLATE ").deparsed(collation);
        }
        if let Some(default) = &self.default {
            out.sql(" DEFAULT ").deparsed(default);
        }
        if self.not_null {
            out.sql(" NOT NULL");
        }
        out.end();
    }

    fn complete(&self, out: &mut Writer<'_>) {
        for check in self.checks.iter().filter(|check| check.validated) {
            self.add(check, out);
        }
    }

    // Rows that are copied need not pass a check that is NOT VALID.
    fn finish(&self, out: &mut Writer<'_>) {
        for check in self.checks.iter().filter(|check| !check.validated) {
            self.add(check, out);
        }
    }
}
