use diesel::deserialize::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{Sequence, SequenceOptions};
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
    persistence: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = BigInt)]
    start: i64,
    #[diesel(sql_type = BigInt)]
    increment: i64,
    #[diesel(sql_type = BigInt)]
    min: i64,
    #[diesel(sql_type = BigInt)]
    max: i64,
    #[diesel(sql_type = BigInt)]
    cache: i64,
    #[diesel(sql_type = Bool)]
    cycle: bool,
    #[diesel(sql_type = Nullable<Text>)]
    owner_table: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    owner_column: Option<String>,
}

/// Sequences of their own and of serial columns.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the sequences of the template", include_str!("sequences.sql"))? {
        let definition = Sequence {
            name: row.name.clone(),
            persistence: letter::read(&row.persistence)?,
            data_type: catalog.deparsed(&row.data_type)?,
            options: SequenceOptions {
                start: row.start,
                increment: row.increment,
                min: row.min,
                max: row.max,
                cache: row.cache,
                cycle: row.cycle,
            },
            owned_by: row.owner_table.zip(row.owner_column),
        };
        inventory.add(Object::new(
            Some(ObjectId { class: class::RELATION, oid: row.oid }),
            row.name,
            definition,
        ));
    }
    Ok(())
}
