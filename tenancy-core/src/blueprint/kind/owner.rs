use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// Something that belongs to another role than the schema. Said when
/// everything stands: whoever gave it away could do nothing more with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// What it is: `TABLE "..."."customers"`.
    pub of: Deparsed,
    /// The role.
    pub role: String,
}

impl Render for Owner {
    fn stage(&self) -> Stage {
        Stage::Owner
    }

    fn create(&self, _out: &mut Writer<'_>) {}

    fn finish(&self, out: &mut Writer<'_>) {
        out.sql("ALTER ").deparsed(&self.of).sql(" OWNER TO ").ident(&self.role).end();
    }
}
