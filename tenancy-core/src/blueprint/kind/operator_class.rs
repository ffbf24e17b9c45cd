use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// An operator class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorClass {
    /// Its name.
    pub name: String,
    /// Whether indexes on its type use it unless told otherwise.
    pub default: bool,
    /// The type that it indexes.
    pub data_type: Deparsed,
    /// The access method.
    pub method: String,
    /// Its family, qualified.
    pub family: Deparsed,
    /// The type that is stored, where it is not the one that is indexed.
    pub storage: Option<Deparsed>,
    /// `OPERATOR 1 ...` and `FUNCTION 1 ...`.
    pub items: Vec<Deparsed>,
}

impl Render for OperatorClass {
    fn stage(&self) -> Stage {
        Stage::Operator
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE OPERATOR CLASS ").name(&self.name).sql(if self.default { " DEFAULT" } else { "" });
        out.sql(" FOR TYPE ").deparsed(&self.data_type).sql(" USING ").ident(&self.method);
        out.sql(" FAMILY ").deparsed(&self.family).sql(" AS ");
        out.list(&self.items, |out, item| {
            out.deparsed(item);
        });
        // A class may consist of nothing but what it stores, and says so even when that is what it indexes.
        if let Some(storage) = self.storage.as_ref().or(self.items.is_empty().then_some(&self.data_type)) {
            out.sql(if self.items.is_empty() { "" } else { ", " }).sql("STORAGE ").deparsed(storage);
        }
        out.end();
    }
}
