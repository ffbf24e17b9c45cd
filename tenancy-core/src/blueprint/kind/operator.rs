use crate::blueprint::render::{Render, Writer};
use crate::blueprint::{Deparsed, Stage};

/// An operator. Its commutator and negator need not be there yet: PostgreSQL makes a shell of one that is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its symbol, qualified.
    pub symbol: Deparsed,
    /// What it calls.
    pub function: Deparsed,
    /// The type on its left; none for a prefix operator.
    pub left: Option<Deparsed>,
    /// The type on its right.
    pub right: Option<Deparsed>,
    /// The operator that does the same from the other side.
    pub commutator: Option<Deparsed>,
    /// The operator that is true where this one is false.
    pub negator: Option<Deparsed>,
    /// How many rows it selects.
    pub restrict: Option<Deparsed>,
    /// How many rows it joins.
    pub join: Option<Deparsed>,
    /// Whether a hash join may use it.
    pub hashes: bool,
    /// Whether a merge join may use it.
    pub merges: bool,
}

impl Render for Operator {
    fn stage(&self) -> Stage {
        Stage::Operator
    }

    fn create(&self, out: &mut Writer<'_>) {
        out.sql("CREATE OPERATOR ").deparsed(&self.symbol).sql(" (FUNCTION = ").deparsed(&self.function);
        for (option, value) in [
            (", LEFTARG = ", &self.left),
            (", RIGHTARG = ", &self.right),
            (", COMMUTATOR = ", &self.commutator),
            (", NEGATOR = ", &self.negator),
            (", RESTRICT = ", &self.restrict),
            (", JOIN = ", &self.join),
        ] {
            if let Some(value) = value {
                out.sql(option).deparsed(value);
            }
        }
        out.sql(if self.hashes { ", HASHES" } else { "" }).sql(if self.merges { ", MERGES)" } else { ")" });
        out.end();
    }
}
