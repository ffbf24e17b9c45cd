use diesel::sql_types::{Bool, Nullable, Oid, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::dismantle::{Batch, Key, LockBudget, Standing, Tie, TieKind, plan};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::TAKEN;
use crate::error::Error;

#[derive(QueryableByName)]
struct Object {
    #[diesel(sql_type = Oid)]
    class: u32,
    #[diesel(sql_type = Oid)]
    oid: u32,
    #[diesel(sql_type = Bool)]
    relation: bool,
    #[diesel(sql_type = Bool)]
    whole: bool,
    #[diesel(sql_type = Nullable<Text>)]
    drop: Option<String>,
}

#[derive(QueryableByName)]
struct Depends {
    #[diesel(sql_type = Oid)]
    from_class: u32,
    #[diesel(sql_type = Oid)]
    from_oid: u32,
    #[diesel(sql_type = Oid)]
    to_class: u32,
    #[diesel(sql_type = Oid)]
    to_oid: u32,
    #[diesel(sql_type = Text)]
    kind: String,
}

impl From<Object> for Standing {
    fn from(object: Object) -> Self {
        Self {
            key: Key { class: object.class, oid: object.oid },
            drop: object.drop.map(|statement| Script::default().deparsed(&statement)),
            whole: object.whole,
            relation: object.relation,
        }
    }
}

impl From<Depends> for Tie {
    fn from(row: Depends) -> Self {
        Self {
            from: Key { class: row.from_class, oid: row.from_oid },
            to: Key { class: row.to_class, oid: row.to_oid },
            kind: match row.kind.as_str() {
                "n" => TieKind::Needs,
                "a" => TieKind::Along,
                _ => TieKind::Piece,
            },
        }
    }
}

/// The statements that take `schema` apart, in the transaction of a [`Survey`](super::Survey).
pub(in crate::provision) fn batches(
    conn: &mut PgConnection,
    schema: &SchemaName,
    budget: LockBudget,
) -> Result<Vec<Batch>, Error> {
    let asked = || Error::query("read what stands in the schema");
    let objects = Script::new(TAKEN).sql(include_str!("standing.sql"));
    let objects: Vec<Object> =
        sql_query(objects.as_str()).bind::<Text, _>(schema.as_str()).load(conn).map_err(asked())?;
    let ties = Script::new(TAKEN).sql(include_str!("ties.sql"));
    let ties: Vec<Depends> =
        sql_query(ties.as_str()).bind::<Text, _>(schema.as_str()).load(conn).map_err(asked())?;
    let objects: Vec<Standing> = objects.into_iter().map(Standing::from).collect();
    let ties: Vec<Tie> = ties.into_iter().map(Tie::from).collect();
    Ok(plan(&objects, &ties, budget.batch()))
}
