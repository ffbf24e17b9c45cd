use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A range type together with its multirange type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeType {
    /// Its name.
    pub name: String,
    /// What it ranges over.
    pub subtype: Deparsed,
    /// The operator class of the subtype, when it is not the default one.
    pub operator_class: Option<Deparsed>,
    /// The collation, when it is not that of the subtype.
    pub collation: Option<Deparsed>,
    /// The function that gives equal ranges one form. It takes and returns the range, so the type starts as a shell.
    pub canonical: Option<Deparsed>,
    /// The function that measures a distance.
    pub difference: Option<Deparsed>,
    /// The name of the multirange type, qualified.
    pub multirange: Deparsed,
}

impl Render for RangeType {
    fn stage(&self) -> Stage {
        Stage::Type
    }

    fn splits(&self) -> bool {
        self.canonical.is_some()
    }

    fn shell(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TYPE ").name(&self.name).end();
    }

    fn complete(&self, out: &mut Writer<'_>) {
        self.create(out);
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TYPE ").name(&self.name).sql(" AS RANGE (SUBTYPE = ").deparsed(&self.subtype);
        for (option, value) in [
            (", SUBTYPE_OPCLASS = ", &self.operator_class),
            (", COLLATION = ", &self.collation),
            (", CANONICAL = ", &self.canonical),
            (", SUBTYPE_DIFF = ", &self.difference),
        ] {
            if let Some(value) = value {
                out.sql(option).deparsed(value);
            }
        }
        out.sql(", MULTIRANGE_TYPE_NAME = ").deparsed(&self.multirange).sql(")").end();
    }
}
