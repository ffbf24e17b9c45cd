use crate::blueprint::Deparsed;
use crate::blueprint::render::Writer;

/// Where a table has columns from that it does not declare itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parentage {
    /// From nowhere.
    None,
    /// From a composite type: `OF`.
    Typed(Deparsed),
    /// From these tables: `INHERITS`. Its own columns stand behind theirs.
    Inherits(Vec<String>),
    /// From nowhere, but it became a child of these tables later: `ALTER TABLE ... INHERIT`.
    Joins(Vec<String>),
    /// From nowhere, but it became a partition: `ATTACH PARTITION`. Its columns may stand in another order than those
    /// of the partitioned table, and its defaults and storage are its own.
    Partition {
        /// The partitioned table.
        of: String,
        /// `FOR VALUES ...` or `DEFAULT`.
        bound: Deparsed,
    },
}

impl Parentage {
    /// ` OF type`, or nothing.
    pub(super) fn write_type(&self, out: &mut Writer<'_>) {
        if let Self::Typed(data_type) = self {
            out.sql(" OF ").deparsed(data_type);
        }
    }

    /// ` INHERITS (...)`, or nothing.
    pub(super) fn write_inherits(&self, out: &mut Writer<'_>) {
        if let Self::Inherits(parents) = self {
            out.sql(" INHERITS (").list(parents, |out, parent| {
                out.name(parent);
            });
            out.sql(")");
        }
    }

    /// Ties `table`, which stands, to what it belongs to.
    pub(super) fn link(&self, table: &str, out: &mut Writer<'_>) {
        match self {
            Self::None | Self::Typed(_) | Self::Inherits(_) => {}
            Self::Joins(parents) => {
                for parent in parents {
                    out.sql("ALTER TABLE ").name(table).sql(" INHERIT ").name(parent).end();
                }
            }
            Self::Partition { of, bound } => {
                out.sql("ALTER TABLE ONLY ").name(of).sql(" ATTACH PARTITION ").name(table);
                out.sql(" ").deparsed(bound).end();
            }
        }
    }
}
