use super::kind;
use super::render::Render;

/// Declares the kinds: a variant, its conversion and the one place where it is told apart.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// What kind of thing an [`Object`](super::Object) is.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Definition {
            $($(#[$doc])* $kind(kind::$kind),)*
        }

        impl Definition {
            pub(super) fn render(&self) -> &dyn Render {
                match self {
                    $(Self::$kind(definition) => definition,)*
                }
            }
        }

        $(impl From<kind::$kind> for Definition {
            fn from(definition: kind::$kind) -> Self {
                Self::$kind(definition)
            }
        })*
    };
}

kinds! {
    /// An enum type.
    EnumType,
    /// A composite type.
    CompositeType,
    /// A domain.
    Domain,
    /// A range type and its multirange.
    RangeType,
    /// A sequence of its own or of a serial column.
    Sequence,
    /// A function or procedure.
    Routine,
    /// A table.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// Rows that the clone starts with.
    CopiedRows,
    /// A constraint that is added to a table that stands.
    Constraint,
    /// An index.
    Index,
    /// Extended statistics.
    Statistics,
    /// A rewrite rule.
    Rule,
    /// A trigger.
    Trigger,
    /// A row security policy.
    Policy,
    /// A comment on anything.
    Comment,
    /// An aggregate function.
    Aggregate,
    /// An operator.
    Operator,
    /// An operator family.
    OperatorFamily,
    /// A member of an operator family.
    FamilyMember,
    /// An operator class.
    OperatorClass,
    /// A cast.
    Cast,
    /// A transform.
    Transform,
    /// A conversion.
    Conversion,
    /// A collation.
    Collation,
    /// A shell type.
    ShellType,
    /// A text search parser.
    TextSearchParser,
    /// A text search template.
    TextSearchTemplate,
    /// A text search dictionary.
    TextSearchDictionary,
    /// A text search configuration.
    TextSearchConfiguration,
    /// A security label on anything.
    SecurityLabel,
    /// Rights on anything.
    Grants,
    /// An owner other than the schema's.
    Owner,
}
