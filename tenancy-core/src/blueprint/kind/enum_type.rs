use crate::blueprint::Stage;
use crate::blueprint::render::{Render, Writer};

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Its labels in their order.
    pub labels: Vec<String>,
}

impl Render for EnumType {
    fn stage(&self) -> Stage {
        Stage::Type
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE TYPE ").name(&self.name).sql(" AS ENUM (");
        out.list(&self.labels, |out, label| {
            out.literal(label);
        });
        out.sql(")").end();
    }
}
