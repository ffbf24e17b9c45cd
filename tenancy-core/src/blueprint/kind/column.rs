use super::{ColumnSettings, Persistence, SequenceOptions};
use crate::blueprint::Deparsed;
use crate::blueprint::render::Writer;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type with modifiers.
    pub data_type: Deparsed,
    /// Its collation, when it is not that of the type.
    pub collation: Option<Deparsed>,
    /// Whether it is NOT NULL.
    pub not_null: NotNull,
    /// Where its value comes from when none is given.
    pub value: ColumnValue,
    /// How it is stored and analysed.
    pub settings: ColumnSettings,
}

/// Whether a column is NOT NULL. It is a constraint with a name since PostgreSQL 18.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotNull {
    /// It may be NULL.
    No,
    /// It may not.
    Unnamed,
    /// It may not, says a constraint.
    Named {
        /// The constraint's name.
        name: String,
        /// Whether children of the table do without.
        no_inherit: bool,
    },
}

/// Where a column's value comes from when none is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnValue {
    /// Nowhere: it is NULL.
    Null,
    /// A default.
    Default(Deparsed),
    /// `GENERATED ALWAYS AS (...)`.
    Generated {
        /// What its value is.
        expression: Deparsed,
        /// Whether it is stored, else it is computed when it is read (PostgreSQL 18).
        stored: bool,
    },
    /// `GENERATED ... AS IDENTITY`, with a sequence that belongs to the column.
    Identity {
        /// `ALWAYS`, else `BY DEFAULT`.
        always: bool,
        /// The name of the sequence.
        sequence: String,
        /// How the sequence counts.
        options: SequenceOptions,
        /// The type of the sequence, when it is not that of the column.
        data_type: Option<Deparsed>,
        /// Whether the sequence survives a crash, when it is not as the table.
        persistence: Option<Persistence>,
    },
}

impl Column {
    /// The column as it stands in CREATE TABLE; `shell` leaves out what may come later.
    pub(super) fn write(&self, shell: bool, out: &mut Writer<'_>) {
        out.ident(&self.name).sql(" ").deparsed(&self.data_type);
        if let Some(collation) = &self.collation {
            out.sql(" COLLATE ").deparsed(collation);
        }
        self.write_constraints(shell, out);
    }

    /// Whether there is anything to say about the column of a typed table.
    pub(super) fn has_options(&self, shell: bool) -> bool {
        self.not_null != NotNull::No
            || matches!(&self.value, ColumnValue::Default(_) if !shell)
            || matches!(&self.value, ColumnValue::Generated { .. } | ColumnValue::Identity { .. })
    }

    /// The column as it stands in CREATE TABLE of a typed table.
    pub(super) fn write_options(&self, shell: bool, out: &mut Writer<'_>) {
        out.ident(&self.name).sql(" WITH OPTIONS");
        self.write_constraints(shell, out);
    }

    fn write_constraints(&self, shell: bool, out: &mut Writer<'_>) {
        match &self.value {
            ColumnValue::Default(default) if !shell => {
                out.sql(" DEFAULT ").deparsed(default);
            }
            ColumnValue::Null | ColumnValue::Default(_) => {}
            ColumnValue::Generated { expression, stored } => {
                out.sql(" GENERATED ALWAYS AS (").deparsed(expression);
                out.sql(if *stored { ") STORED" } else { ") VIRTUAL" });
            }
            identity @ ColumnValue::Identity { .. } => identity.write_identity(out),
        }
        match &self.not_null {
            NotNull::No => {}
            NotNull::Unnamed => {
                out.sql(" NOT NULL");
            }
            NotNull::Named { name, no_inherit } => {
                out.sql(" CONSTRAINT ").ident(name).sql(" NOT NULL");
                out.sql(if *no_inherit { " NO INHERIT" } else { "" });
            }
        }
    }
}

impl ColumnValue {
    /// ` GENERATED ... AS IDENTITY (...)`.
    pub(super) fn write_identity(&self, out: &mut Writer<'_>) {
        if let Self::Identity { always, sequence, options, data_type, .. } = self {
            out.sql(" GENERATED ").sql(if *always { "ALWAYS" } else { "BY DEFAULT" });
            out.sql(" AS IDENTITY (SEQUENCE NAME ").name(sequence);
            // The bounds need not be possible for the type that the sequence begins with.
            if data_type.is_none() {
                options.write(out);
            }
            out.sql(")");
        }
    }

    /// What the column's definition cannot say about its sequence.
    pub(super) fn alter_sequence(&self, out: &mut Writer<'_>) {
        let Self::Identity { sequence, options, data_type, persistence, .. } = self else { return };
        if let Some(data_type) = data_type {
            out.sql("ALTER SEQUENCE ").name(sequence).sql(" AS ").deparsed(data_type);
            options.write(out);
            out.sql(" RESTART").end();
        }
        if let Some(persistence) = persistence {
            out.sql("ALTER SEQUENCE ").name(sequence).sql(match persistence {
                Persistence::Permanent => " SET LOGGED",
                Persistence::Unlogged => " SET UNLOGGED",
            });
            out.end();
        }
    }
}
