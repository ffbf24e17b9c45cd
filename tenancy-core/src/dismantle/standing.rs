use crate::script::Script;

/// A row of a system catalogue: the catalogue's OID and the row's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// `pg_depend.classid`.
    pub class: u32,
    /// `pg_depend.objid`.
    pub oid: u32,
}

/// An object that stands in a schema: a table, and also a constraint, a row type, a trigger of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which one it is.
    pub key: Key,
    /// The statement that drops it, if there is one; with CASCADE, without a semicolon.
    pub drop: Option<Script>,
    /// Whether it is no part of a table, a type or the like, but stands by itself.
    pub whole: bool,
    /// Whether it is a relation, which is locked also when something that hangs on it is dropped.
    pub relation: bool,
}

/// How one object depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TieKind {
    /// It is a piece of the other and cannot be dropped by itself (`i`, `P`, `S`, `e`).
    Piece,
    /// It goes along without being asked (`a`).
    Along,
    /// It stands in the other's way (`n`).
    Needs,
}

/// A row of `pg_depend`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    /// What depends.
    pub from: Key,
    /// What it depends on.
    pub to: Key,
    /// How.
    pub kind: TieKind,
}
