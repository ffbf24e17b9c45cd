use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Oid, Text};
use tenancy_core::blueprint::kind::{Policy, PolicyCommand};
use tenancy_core::blueprint::{Object, ObjectId};

use super::letter::{self, Letter};
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
    #[diesel(sql_type = Bool)]
    permissive: bool,
    #[diesel(sql_type = Text)]
    command: String,
    #[diesel(sql_type = Nullable<Text>)]
    using: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    with_check: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
}

impl Letter for PolicyCommand {
    const CATALOGUE: &'static str = "pg_policy.polcmd";

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "*" => Some(Self::All),
            "r" => Some(Self::Select),
            "a" => Some(Self::Insert),
            "w" => Some(Self::Update),
            "d" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// Row security policies.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    for row in catalog.rows::<Row>("read the policies of the template", include_str!("policies.sql"))? {
        let definition = Policy {
            table: row.table_name.clone(),
            name: row.name.clone(),
            permissive: row.permissive,
            command: letter::read(&row.command)?,
            roles: row.roles,
            using: catalog.deparsed_if(row.using.as_deref())?,
            with_check: catalog.deparsed_if(row.with_check.as_deref())?,
        };
        let id = ObjectId { class: class::POLICY, oid: row.oid };
        inventory.add(Object::new(Some(id), format!("{}.{}", row.table_name, row.name), definition));
    }
    Ok(())
}
