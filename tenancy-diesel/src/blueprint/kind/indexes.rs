use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Oid, SmallInt, Text};
use tenancy_core::blueprint::kind::Index;
use tenancy_core::blueprint::{Object, ObjectId};

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
    table_name: String,
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = Bool)]
    clustered: bool,
    #[diesel(sql_type = Bool)]
    replica_identity: bool,
    #[diesel(sql_type = Nullable<Array<SmallInt>>)]
    statistics_columns: Option<Vec<i16>>,
    #[diesel(sql_type = Nullable<Array<Integer>>)]
    statistics_targets: Option<Vec<i32>>,
}

/// Indexes that belong to no constraint.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the indexes of the template", include_str!("indexes.sql"))? {
        let columns = row.statistics_columns.into_iter().flatten();
        let definition = Index {
            table: row.table_name,
            name: row.name.clone(),
            definition: catalog.statement(&row.definition)?,
            statistics: columns.zip(row.statistics_targets.into_iter().flatten()).collect(),
            clustered: row.clustered,
            replica_identity: row.replica_identity,
        };
        let id = ObjectId { class: class::RELATION, oid: row.oid };
        inventory.add(Object::new(Some(id), row.name, definition));
    }
    Ok(())
}
