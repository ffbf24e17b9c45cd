use diesel::deserialize::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Oid, Text};
use diesel::{Connection as _, RunQueryDsl as _};
use tenancy_core::blueprint::kind::{Comment, SecurityLabel};
use tenancy_core::blueprint::{Object, ObjectId};
use tenancy_core::name::Ident;
use tenancy_core::script::Script;

use crate::blueprint::CaptureError;
use crate::blueprint::catalog::Catalog;
use crate::blueprint::finding::Finding;
use crate::blueprint::inventory::Inventory;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Oid)]
    class: u32,
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Integer)]
    sub: i32,
    #[diesel(sql_type = Nullable<Text>)]
    provider: Option<String>,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    target: String,
}

/// Comments and security labels on everything.
pub(super) fn capture(catalog: &mut Catalog<'_>, inventory: &mut Inventory) -> Result<(), CaptureError> {
    let reading = "read the comments and security labels of the template";
    for row in catalog.rows::<Row>(reading, include_str!("comments.sql"))? {
        let id = ObjectId { class: row.class, oid: row.oid };
        let (on, title) = (catalog.deparsed(&row.target)?, catalog.shown(&row.target));
        let mut object = match &row.provider {
            None => Object::new(None, title, Comment { on, text: row.text }),
            Some(provider) => {
                if let Err(error) = label_again(catalog, provider, &row) {
                    let reason = format!("its security label cannot be given to a clone: {error}");
                    let remedy = "load the label's provider on this server, or SECURITY LABEL ... IS NULL";
                    inventory.refused.push(Finding::new(id, &reason, remedy).of_column(row.sub));
                }
                Object::new(
                    None,
                    format!("{title} {provider}"),
                    SecurityLabel { on, provider: provider.clone(), label: row.text },
                )
            }
        };
        object.needs.push(id);
        inventory.add(object);
    }
    Ok(())
}

/// No catalogue tells which providers are loaded: the label that is there is given once more, and all that is rolled
/// back with the rest.
fn label_again(catalog: &mut Catalog<'_>, provider: &str, row: &Row) -> diesel::QueryResult<()> {
    let sql =
        Script::new("SECURITY LABEL FOR ").ident(Ident::new(provider)).sql(" ON ").deparsed(&row.target);
    let sql = sql.sql(" IS ").literal(&row.text);
    catalog.conn.transaction(|conn| diesel::sql_query(sql.as_str()).execute(conn).map(drop))
}
