use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A composite type that stands for itself, not for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompositeType {
    /// Its name.
    pub name: String,
    /// Its attributes in their order.
    pub attributes: Vec<Attribute>,
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its type with modifiers.
    pub data_type: Deparsed,
    /// Its collation, when it is not that of the type.
    pub collation: Option<Deparsed>,
}

impl Render for CompositeType {
    fn stage(&self) -> Stage {
        Stage::Type
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TYPE ").name(&self.name).sql(" AS (");
        out.list(&self.attributes, |out, attribute| {
            out.ident(&attribute.name).sql(" ").deparsed(&attribute.data_type);
            if let Some(collation) = &attribute.collation {
                out.sql(" COLLATE ").deparsed(collation);
            }
        });
        out.sql(")").end();
    }
}
