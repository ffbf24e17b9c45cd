use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A security label. Its provider must be loaded where the script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityLabel {
    /// What it is on: `TABLE "..."."customers"`.
    pub on: Deparsed,
    /// Who knows what it means.
    pub provider: String,
    /// The label.
    pub label: String,
}

impl Render for SecurityLabel {
    fn stage(&self) -> Stage {
        Stage::SecurityLabel
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("SECURITY LABEL FOR ").ident(&self.provider).sql(" ON ").deparsed(&self.on);
        out.sql(" IS ").literal(&self.label).end();
    }
}
