use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{MaterializedView, Parameter, ReplicaIdentity, RowSecurity, Table, View};
use tenancy_core::blueprint::{Definition, Object, ObjectId};

use super::checks::Checks;
use super::{columns, letter};
use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::Inventory;
use crate::blueprint::{CaptureError, class};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    persistence: String,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    parameters: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    toast_parameters: Option<Vec<String>>,
    #[diesel(sql_type = Text)]
    replica_identity: String,
    #[diesel(sql_type = Bool)]
    row_security: bool,
    #[diesel(sql_type = Bool)]
    row_security_forced: bool,
    #[diesel(sql_type = Bool)]
    populated: bool,
    #[diesel(sql_type = Nullable<Text>)]
    query: Option<String>,
    #[diesel(embed)]
    checks: Checks,
}

/// Tables, views and materialized views with their columns.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    let mut columns = columns::read(catalog)?;
    for row in catalog.rows::<Row>("read the tables of the template", include_str!("relations.sql"))? {
        let columns = columns.remove(&row.oid).unwrap_or_default();
        let definition = match row.kind.as_str() {
            "r" => Definition::from(row.table(&columns, catalog)?),
            "v" => row.view(&columns, catalog)?.into(),
            _ => row.materialized_view(&columns, catalog)?.into(),
        };
        let id = ObjectId { class: class::RELATION, oid: row.oid };
        let object = inventory.add(Object::new(Some(id), row.name.clone(), definition));
        for oid in row.checks.oids() {
            inventory.include(ObjectId { class: class::CONSTRAINT, oid }, object, true);
        }
        for column in &columns {
            column.include(object, inventory);
        }
    }
    Ok(())
}

impl Row {
    fn table(&self, columns: &[columns::Row], catalog: &Catalog<'_>) -> Result<Table, CaptureError> {
        Ok(Table {
            name: self.name.clone(),
            persistence: letter::read(&self.persistence)?,
            columns: columns.iter().map(|column| column.table_column(catalog)).collect::<Result<_, _>>()?,
            checks: self.checks.read(catalog)?,
            parameters: self.parameters(),
            replica_identity: match self.replica_identity.as_str() {
                "f" => ReplicaIdentity::Full,
                "n" => ReplicaIdentity::Nothing,
                _ => ReplicaIdentity::Default,
            },
            row_security: RowSecurity { enabled: self.row_security, forced: self.row_security_forced },
        })
    }

    fn view(&self, columns: &[columns::Row], catalog: &Catalog<'_>) -> Result<View, CaptureError> {
        Ok(View {
            name: self.name.clone(),
            columns: columns.iter().map(|column| column.view_column(catalog)).collect::<Result<_, _>>()?,
            parameters: self.parameters(),
            query: catalog.statement(self.query.as_deref().unwrap_or_default())?,
        })
    }

    fn materialized_view(
        &self,
        columns: &[columns::Row],
        catalog: &Catalog<'_>,
    ) -> Result<MaterializedView, CaptureError> {
        Ok(MaterializedView {
            name: self.name.clone(),
            settings: columns
                .iter()
                .map(|column| Ok((column.name.clone(), column.settings()?)))
                .collect::<Result<_, CaptureError>>()?,
            parameters: self.parameters(),
            query: catalog.statement(self.query.as_deref().unwrap_or_default())?,
            populated: self.populated,
        })
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = letter::parameters(false, self.parameters.clone());
        parameters.extend(letter::parameters(true, self.toast_parameters.clone()));
        parameters
    }
}
