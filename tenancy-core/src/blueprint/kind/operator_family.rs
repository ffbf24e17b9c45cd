use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// An operator family, without its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorFamily {
    /// Its name.
    pub name: String,
    /// The access method.
    pub method: String,
}

/// An operator or a support function that is a member of a family and of none of its classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyMember {
    /// The family, which may stand outside of the schema, qualified.
    pub family: Deparsed,
    /// The access method.
    pub method: String,
    /// `OPERATOR 1 ...` or `FUNCTION 1 ...`.
    pub item: Deparsed,
}

impl Render for OperatorFamily {
    fn stage(&self) -> Stage {
        Stage::Operator
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE OPERATOR FAMILY ").name(&self.name).sql(" USING ").ident(&self.method).end();
    }
}

impl Render for FamilyMember {
    fn stage(&self) -> Stage {
        Stage::Operator
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("ALTER OPERATOR FAMILY ").deparsed(&self.family).sql(" USING ").ident(&self.method);
        out.sql(" ADD ").deparsed(&self.item).end();
    }
}
