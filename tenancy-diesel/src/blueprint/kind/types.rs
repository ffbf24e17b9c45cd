use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{Attribute, CompositeType, Domain, EnumType, RangeType, ShellType};
use tenancy_core::blueprint::{Object, ObjectId};

use super::checks::Checks;
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
    #[diesel(sql_type = Oid)]
    relation: u32,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    labels: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    attribute_names: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    attribute_types: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Nullable<Text>>>)]
    attribute_collations: Option<Vec<Option<String>>>,
    #[diesel(sql_type = Nullable<Text>)]
    base: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    default_value: Option<String>,
    #[diesel(sql_type = Bool)]
    not_null: bool,
    #[diesel(sql_type = Nullable<Text>)]
    collation: Option<String>,
    #[diesel(embed)]
    checks: Checks,
    #[diesel(sql_type = Nullable<Text>)]
    operator_class: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    canonical: Option<String>,
    #[diesel(sql_type = Oid)]
    canonical_oid: u32,
    #[diesel(sql_type = Nullable<Text>)]
    difference: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    multirange: Option<String>,
}

/// Enum types, composite types, domains, ranges and shells.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the types of the template", include_str!("types.sql"))? {
        let id = Some(ObjectId { class: class::TYPE, oid: row.oid });
        let base = catalog.deparsed(row.base.as_deref().unwrap_or_default())?;
        match row.kind.as_str() {
            "e" => {
                let definition = EnumType { name: row.name.clone(), labels: row.labels.unwrap_or_default() };
                inventory.add(Object::new(id, row.name, definition));
            }
            "c" => {
                let definition =
                    CompositeType { name: row.name.clone(), attributes: attributes(catalog, &row)? };
                let object = inventory.add(Object::new(id, row.name, definition));
                inventory.include(ObjectId { class: class::RELATION, oid: row.relation }, object, false);
            }
            "r" => {
                let definition = RangeType {
                    name: row.name.clone(),
                    subtype: base,
                    operator_class: catalog.deparsed_if(row.operator_class.as_deref())?,
                    collation: catalog.deparsed_if(row.collation.as_deref())?,
                    canonical: catalog.deparsed_if(row.canonical.as_deref())?,
                    difference: catalog.deparsed_if(row.difference.as_deref())?,
                    multirange: catalog.deparsed(row.multirange.as_deref().unwrap_or_default())?,
                };
                let range = inventory.add(Object::new(id, row.name, definition));
                // The function takes the range, of which there must be a shell by then.
                inventory.needs_late(range, ObjectId { class: class::ROUTINE, oid: row.canonical_oid });
            }
            "p" => {
                inventory.add(Object::new(id, row.name.clone(), ShellType { name: row.name }));
            }
            _ => {
                let domain = Domain {
                    name: row.name.clone(),
                    base,
                    collation: catalog.deparsed_if(row.collation.as_deref())?,
                    default: catalog.deparsed_if(row.default_value.as_deref())?,
                    not_null: row.not_null,
                    checks: row.checks.read(catalog)?,
                };
                let object = inventory.add(Object::new(id, row.name, domain));
                for oid in row.checks.oids() {
                    inventory.include(ObjectId { class: class::CONSTRAINT, oid }, object, true);
                }
            }
        }
    }
    Ok(())
}

fn attributes(catalog: &Catalog<'_>, row: &Row) -> Result<Vec<Attribute>, CaptureError> {
    let names = row.attribute_names.iter().flatten();
    let types = row.attribute_types.iter().flatten();
    let collations = row.attribute_collations.iter().flatten();
    names
        .zip(types)
        .zip(collations)
        .map(|((name, data_type), collation)| {
            Ok(Attribute {
                name: name.clone(),
                data_type: catalog.deparsed(data_type)?,
                collation: catalog.deparsed_if(collation.as_deref())?,
            })
        })
        .collect()
}
