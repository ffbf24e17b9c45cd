use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Oid, Text};
use tenancy_core::blueprint::kind::Rule;
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
    definition: String,
    #[diesel(sql_type = Text)]
    firing: String,
}

/// Rewrite rules.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the rules of the template", include_str!("rules.sql"))? {
        let definition = Rule {
            table: row.table_name.clone(),
            name: row.name.clone(),
            definition: catalog.statement(&row.definition)?,
            firing: letter::read(&row.firing)?,
        };
        let id = ObjectId { class: class::REWRITE, oid: row.oid };
        inventory.add(Object::new(Some(id), format!("{}.{}", row.table_name, row.name), definition));
    }
    Ok(())
}
