use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// A cast from or to a type of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// The type it casts from.
    pub source: Deparsed,
    /// The type it casts to.
    pub target: Deparsed,
    /// How it casts.
    pub method: CastMethod,
    /// Where PostgreSQL casts unasked.
    pub context: CastContext,
}

/// How a cast casts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CastMethod {
    /// By a function.
    Function(Deparsed),
    /// Not at all: the bytes are the same.
    Binary,
    /// Through text.
    InOut,
}

/// Where PostgreSQL casts unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CastContext {
    /// Nowhere.
    Explicit,
    /// Where a value is stored.
    Assignment,
    /// Anywhere.
    Implicit,
}

impl Render for Cast {
    fn stage(&self) -> Stage {
        Stage::Operator
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE CAST (").deparsed(&self.source).sql(" AS ").deparsed(&self.target).sql(")");
        match &self.method {
            CastMethod::Function(function) => out.sql(" WITH FUNCTION ").deparsed(function),
            CastMethod::Binary => out.sql(" WITHOUT FUNCTION"),
            CastMethod::InOut => out.sql(" WITH INOUT"),
        };
        out.sql(match self.context {
            CastContext::Explicit => "",
            CastContext::Assignment => " AS ASSIGNMENT",
            CastContext::Implicit => " AS IMPLICIT",
        });
        out.end();
    }
}
