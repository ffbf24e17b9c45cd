use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{
    CopiedRows, MaterializedView, Parameter, ReplicaIdentity, RowSecurity, Table, View,
};
use tenancy_core::blueprint::{Definition, Object, ObjectId};

use super::checks::Checks;
use super::parentage::{self, Descent};
use super::{columns, letter};
use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::Inventory;
use crate::blueprint::{CaptureError, class};

/// Where Diesel keeps which migrations a schema has seen: the rows that a clone starts with.
const BOOKKEEPING: &str = "__diesel_schema_migrations";

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
    access_method: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    tablespace: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    partition_key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    query: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    validated_checks: Option<Vec<String>>,
    #[diesel(embed)]
    checks: Checks,
    #[diesel(embed)]
    parentage: parentage::Row,
}

/// Tables, views and materialized views with their columns, and the rows of Diesel's bookkeeping.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    let columns = columns::read(catalog)?;
    for row in catalog.rows::<Row>("read the tables of the template", include_str!("relations.sql"))? {
        let own = columns.get(&row.oid).map_or(&[][..], Vec::as_slice);
        let id = ObjectId { class: class::RELATION, oid: row.oid };
        let definition = match row.kind.as_str() {
            "r" | "p" => match row.parentage.descent(own, &columns, catalog)? {
                Some(descent) => row.table(descent, catalog)?.into(),
                None => {
                    inventory.refuse(
                        id,
                        "columns that it inherits stand behind its own, or in another order",
                        "create it anew, its own columns behind those of its parents",
                    );
                    continue;
                }
            },
            "v" => Definition::from(row.view(own, catalog)?),
            _ => row.materialized_view(own, catalog)?.into(),
        };
        let object = inventory.add(Object::new(Some(id), row.name.clone(), definition));
        for oid in row.checks.oids() {
            inventory.include(ObjectId { class: class::CONSTRAINT, oid }, object, true);
        }
        for column in own {
            column.include(object, inventory);
        }
        if row.kind == "r" && row.name == BOOKKEEPING {
            inventory.add(row.copied(id));
        }
    }
    Ok(())
}

impl Row {
    fn table(&self, descent: Descent, catalog: &Catalog<'_>) -> Result<Table, CaptureError> {
        Ok(Table {
            name: self.name.clone(),
            persistence: letter::read(&self.persistence)?,
            parentage: descent.parentage,
            columns: descent.columns,
            overrides: descent.overrides,
            checks: self.checks.read(catalog)?,
            validated: self.validated_checks.clone().unwrap_or_default(),
            partition_key: catalog.deparsed_if(self.partition_key.as_deref())?,
            parameters: self.parameters(),
            access_method: self.access_method.clone(),
            tablespace: self.tablespace.clone(),
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
            access_method: self.access_method.clone(),
            tablespace: self.tablespace.clone(),
            query: catalog.statement(self.query.as_deref().unwrap_or_default())?,
            populated: self.populated,
        })
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = letter::parameters(false, self.parameters.clone());
        parameters.extend(letter::parameters(true, self.toast_parameters.clone()));
        parameters
    }

    fn copied(&self, table: ObjectId) -> Object {
        let columns = ["version", "run_on"].map(str::to_owned).to_vec();
        let rows = CopiedRows { table: self.name.clone(), columns };
        let mut object = Object::new(None, self.name.clone(), rows);
        object.needs.push(table);
        object
    }
}
