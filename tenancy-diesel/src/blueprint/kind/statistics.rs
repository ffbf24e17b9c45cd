use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::Statistics;
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
    definition: String,
    #[diesel(sql_type = Nullable<Integer>)]
    target: Option<i32>,
}

/// Extended statistics.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the statistics of the template", include_str!("statistics.sql"))? {
        let definition = Statistics {
            name: row.name.clone(),
            definition: catalog.statement(&row.definition)?,
            target: row.target,
        };
        let id = ObjectId { class: class::STATISTICS, oid: row.oid };
        inventory.add(Object::new(Some(id), row.name, definition));
    }
    Ok(())
}
