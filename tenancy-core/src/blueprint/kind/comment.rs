use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A comment. Its text is the user's and is never touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What it is on: `TABLE "..."."customers"`.
    pub on: Deparsed,
    /// The text.
    pub text: String,
}

impl Render for Comment {
    fn stage(&self) -> Stage {
        Stage::Comment
    }

    fn create(&self, _out: &mut Writer<'_>) {}

    // What it is on may be one of the last things that are made.
    fn finish(&self, out: &mut Writer<'_>) {
        out.sql("COMMENT ON ").deparsed(&self.on).sql(" IS ").literal(&self.text).end();
    }
}
