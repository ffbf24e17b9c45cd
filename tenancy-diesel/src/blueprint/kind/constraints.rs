use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{Constraint, ConstraintKind};
use tenancy_core::blueprint::{Object, ObjectId};

use super::letter;
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
    kind: String,
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    parameters: Option<Vec<String>>,
    #[diesel(sql_type = Bool)]
    clustered: bool,
    #[diesel(sql_type = Bool)]
    replica_identity: bool,
}

/// Constraints that are added to tables that stand.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the constraints of the template", include_str!("constraints.sql"))? {
        let definition = Constraint {
            table: row.table_name.clone(),
            name: row.name.clone(),
            kind: if row.kind == "f" { ConstraintKind::ForeignKey } else { ConstraintKind::Indexed },
            definition: catalog.deparsed(&row.definition)?,
            parameters: letter::parameters(false, row.parameters),
            clustered: row.clustered,
            replica_identity: row.replica_identity,
        };
        let id = ObjectId { class: class::CONSTRAINT, oid: row.oid };
        inventory.add(Object::new(Some(id), format!("{}.{}", row.table_name, row.name), definition));
    }
    Ok(())
}
