use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Oid, Text};
use tenancy_core::blueprint::kind::Comment;
use tenancy_core::blueprint::{Object, ObjectId};

use crate::blueprint::CaptureError;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::Inventory;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    class: u32,
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    target: String,
}

/// Comments on everything.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the comments of the template", include_str!("comments.sql"))? {
        let comment = Comment { on: catalog.deparsed(&row.target)?, text: row.text };
        let mut object = Object::new(None, catalog.shown(&row.target), comment);
        object.needs.push(ObjectId { class: row.class, oid: row.oid });
        inventory.add(object);
    }
    Ok(())
}
