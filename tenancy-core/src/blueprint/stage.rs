/// When a kind of object is created, as long as no dependency decides otherwise.
///
/// The order is that of cheap and frequent dependencies: types before tables, tables before views, indexes
/// before the foreign keys that rest on them, comments last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Enum, composite, domain and range types.
    Type,
    /// Sequences.
    Sequence,
    /// Functions and procedures.
    Routine,
    /// Tables.
    Table,
    /// Views and materialized views.
    View,
    /// Rows that are copied.
    Rows,
    /// Constraints other than foreign keys.
    Constraint,
    /// Indexes.
    Index,
    /// Foreign keys.
    ForeignKey,
    /// Foreign keys to partitioned tables: PostgreSQL makes more of them and chooses names that nobody else has yet.
    ForeignKeyToPartitioned,
    /// Extended statistics.
    Statistics,
    /// Rewrite rules.
    Rule,
    /// Triggers.
    Trigger,
    /// Row security policies.
    Policy,
    /// Comments.
    Comment,
}
