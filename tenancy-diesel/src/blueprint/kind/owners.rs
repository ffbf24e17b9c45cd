use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Bool, Oid, Text};
use tenancy_core::blueprint::kind::Owner;
use tenancy_core::blueprint::{Object, ObjectId};

use crate::blueprint::catalog::Catalog;
use crate::blueprint::finding::Finding;
use crate::blueprint::inventory::Inventory;
use crate::blueprint::{CaptureError, class};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    class: u32,
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Oid)]
    owner: u32,
    #[diesel(sql_type = Text)]
    schema_owner: String,
    #[diesel(sql_type = Bool)]
    may: bool,
}

/// Owners other than the schema's. Where tenants have roles there are none: everything belongs to the owner role.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the owners in the template", include_str!("owners.sql"))? {
        let id = ObjectId { class: row.class, oid: row.oid };
        if !row.may || catalog.tenants.installed || catalog.tenants.is_one(row.owner) {
            let reason = format!("it belongs to {}, the schema to {}", row.role, row.schema_owner);
            let remedy = match row.class {
                class::RELATION | class::ROUTINE | class::TYPE | class::STATISTICS | class::COLLATION => {
                    "ALTER ... OWNER TO the owner of the schema; `tenancy roles --apply` does it"
                }
                _ => "ALTER ... OWNER TO the owner of the schema",
            };
            inventory.refused.push(Finding::new(id, &reason, remedy));
            continue;
        }
        let owner = Owner { of: catalog.deparsed(&row.target)?, role: row.role };
        let mut object = Object::new(None, catalog.shown(&row.target), owner);
        object.needs.push(id);
        inventory.add(object);
    }
    Ok(())
}
