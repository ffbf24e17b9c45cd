use std::collections::{HashMap, HashSet};

use super::types::ColumnType;

/// What earlier migrations and earlier statements made, as far as their texts say it.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The types of columns, by table and column.
    columns: HashMap<(String, String), ColumnType>,
    /// Constraints that say that a column is not null, by table and name.
    not_null: HashMap<(String, String), NotNull>,
    /// What this migration created: empty, and nobody else's yet.
    created: HashSet<String>,
    /// Enums that this migration created.
    created_types: HashSet<String>,
}

#[derive(Debug)]
struct NotNull {
    column: String,
    validated: bool,
}

impl History {
    pub(super) fn begin_migration(&mut self) {
        self.created.clear();
        self.created_types.clear();
    }

    pub(super) fn create(&mut self, relation: &str) {
        self.created.insert(relation.to_owned());
    }

    pub(super) fn is_new(&self, relation: &str) -> bool {
        self.created.contains(relation)
    }

    pub(super) fn create_type(&mut self, name: &str) {
        self.created_types.insert(name.to_owned());
    }

    pub(super) fn is_new_type(&self, name: &str) -> bool {
        self.created_types.contains(name)
    }

    pub(super) fn set_type(&mut self, table: &str, column: &str, kind: ColumnType) -> Option<ColumnType> {
        self.columns.insert((table.to_owned(), column.to_owned()), kind)
    }

    pub(super) fn rename_table(&mut self, old: &str, new: &str) {
        if self.created.remove(old) {
            self.create(new);
        }
        let columns = std::mem::take(&mut self.columns);
        let renamed = |table: String| if table == old { new.to_owned() } else { table };
        self.columns =
            columns.into_iter().map(|((table, column), kind)| ((renamed(table), column), kind)).collect();
        let not_null = std::mem::take(&mut self.not_null);
        self.not_null =
            not_null.into_iter().map(|((table, name), what)| ((renamed(table), name), what)).collect();
    }

    pub(super) fn rename_column(&mut self, table: &str, old: &str, new: &str) {
        if let Some(kind) = self.columns.remove(&(table.to_owned(), old.to_owned())) {
            self.set_type(table, new, kind);
        }
    }

    /// A constraint CHECK (`column` IS NOT NULL).
    pub(super) fn demand(&mut self, table: &str, constraint: &str, column: String, validated: bool) {
        self.not_null.insert((table.to_owned(), constraint.to_owned()), NotNull { column, validated });
    }

    pub(super) fn validate(&mut self, table: &str, constraint: &str) {
        if let Some(demand) = self.not_null.get_mut(&(table.to_owned(), constraint.to_owned())) {
            demand.validated = true;
        }
    }

    pub(super) fn drop_constraint(&mut self, table: &str, constraint: &str) {
        self.not_null.remove(&(table.to_owned(), constraint.to_owned()));
    }

    /// Whether a validated constraint says that no row has NULL there.
    pub(super) fn has_no_null(&self, table: &str, column: &str) -> bool {
        self.not_null
            .iter()
            .any(|((of, _), demand)| of == table && demand.column == column && demand.validated)
    }
}
