use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Oid, Text};
use tenancy_core::blueprint::kind::Routine;
use tenancy_core::blueprint::{Object, ObjectId};

use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::Inventory;
use crate::blueprint::{CaptureError, class};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Text)]
    signature: String,
    #[diesel(sql_type = Text)]
    definition: String,
}

/// Functions and procedures.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the functions of the template", include_str!("routines.sql"))? {
        let definition = Routine { definition: catalog.statement(&row.definition)? };
        let id = ObjectId { class: class::ROUTINE, oid: row.oid };
        // The signature tells overloaded functions apart.
        inventory.add(Object::new(Some(id), catalog.shown(&row.signature), definition));
    }
    Ok(())
}
