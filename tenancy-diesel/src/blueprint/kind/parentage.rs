use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{Column, ColumnOverride, ColumnSettings, Parentage};

use super::columns::{self, Columns};
use crate::blueprint::CaptureError;
use crate::blueprint::catalog::Catalog;

/// What a table belongs to, as columns of its row.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    of_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    bound: Option<String>,
    #[diesel(sql_type = Nullable<Array<Oid>>)]
    parent_oids: Option<Vec<u32>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    parent_names: Option<Vec<String>>,
    /// Whether it has checks from its parents that it does not declare itself.
    #[diesel(sql_type = Bool)]
    inherits_checks: bool,
}

/// What a table belongs to, and what it says about columns itself.
pub(super) struct Descent {
    pub(super) parentage: Parentage,
    pub(super) columns: Vec<Column>,
    pub(super) overrides: Vec<ColumnOverride>,
}

impl Row {
    /// The descent of a table whose columns are `own`; `None` when no statements give it these columns in this order.
    pub(super) fn descent(
        &self,
        own: &[columns::Row],
        all: &Columns,
        catalog: &Catalog<'_>,
    ) -> Result<Option<Descent>, CaptureError> {
        let names = self.parent_names.clone().unwrap_or_default();
        let parentage = match (&self.of_type, &self.bound) {
            (Some(of_type), _) => Parentage::Typed(catalog.deparsed(of_type)?),
            (None, Some(bound)) => {
                let of = names.first().cloned().unwrap_or_default();
                Parentage::Partition { of, bound: catalog.deparsed(bound)? }
            }
            (None, None) if names.is_empty() => Parentage::None,
            (None, None) => return self.inheritance(names, own, all, catalog),
        };
        let columns = own.iter().map(|column| column.declared(catalog)).collect::<Result<_, _>>()?;
        Ok(Some(Descent { parentage, columns, overrides: Vec::new() }))
    }

    /// A table that declares all of its columns and checks joins its parents when it stands, and keeps the order of
    /// its columns. Any other begins with the columns of its parents.
    fn inheritance(
        &self,
        names: Vec<String>,
        own: &[columns::Row],
        all: &Columns,
        catalog: &Catalog<'_>,
    ) -> Result<Option<Descent>, CaptureError> {
        let parents: Vec<&[columns::Row]> = (self.parent_oids.iter().flatten())
            .map(|oid| all.get(oid).map_or(&[][..], Vec::as_slice))
            .collect();
        let of_parents = |name: &str| -> Vec<&columns::Row> {
            parents.iter().filter_map(|columns| columns.iter().find(|column| column.name == name)).collect()
        };
        if !self.inherits_checks && own.iter().all(|column| column.local) {
            let columns = own.iter().map(|column| column.declared(catalog)).collect::<Result<_, _>>()?;
            return Ok(Some(Descent { parentage: Parentage::Joins(names), columns, overrides: Vec::new() }));
        }
        let mut order: Vec<&str> = Vec::new();
        for column in parents.iter().copied().flatten().chain(own.iter().filter(|column| column.local)) {
            if !order.contains(&column.name.as_str()) {
                order.push(&column.name);
            }
        }
        if !order.iter().copied().eq(own.iter().map(|column| column.name.as_str())) {
            return Ok(None);
        }
        let (mut columns, mut overrides) = (Vec::new(), Vec::new());
        for column in own {
            let of_parents = of_parents(&column.name);
            if of_parents.is_empty() {
                columns.push(column.declared(catalog)?);
                continue;
            }
            if column.local {
                columns.push(column.merged(&of_parents, catalog)?);
            }
            let changes = column.overriding(&of_parents, catalog)?;
            if changes.value.is_some()
                || changes.not_null.is_some()
                || changes.settings != ColumnSettings::default()
            {
                overrides.push(changes);
            }
        }
        Ok(Some(Descent { parentage: Parentage::Inherits(names), columns, overrides }))
    }
}
