use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::script::Script;

use super::Spare;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::provision::dismantle::Survey;
use crate::provision::drop::{drop_schema, take_apart_with};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    role_name: Option<String>,
}

const LOCK: &str = "SELECT role_name FROM tenancy.spares WHERE id = $1 FOR UPDATE SKIP LOCKED";

/// Drops a spare, in one transaction or, as a tenant, in several. Says whether it was there: a sign-up may have it by now.
/// The caller holds the right to make and drop spares.
pub(super) fn discard(conn: &mut PgConnection, spare: &Spare) -> Result<bool, Error> {
    let small = conn.transaction(|conn| {
        let Some(role) = lock(conn, spare)? else { return Ok::<_, Error>(None) };
        if Survey::of(conn, &spare.schema)?.fits() {
            drop_rest(conn, spare, role.as_deref())?;
            return Ok(Some(true));
        }
        sql_query("UPDATE tenancy.spares SET dropping = true WHERE id = $1")
            .bind::<SqlUuid, _>(spare.id.as_uuid())
            .execute(conn)
            .map_err(Error::query("keep sign-ups from a spare"))?;
        Ok(Some(false))
    })?;
    match small {
        None => return Ok(false),
        Some(true) => return Ok(true),
        Some(false) => {}
    }
    take_apart_with(conn, &spare.schema, &Script::default())?;
    conn.transaction(|conn| {
        let Some(role) = lock(conn, spare)? else { return Ok(()) };
        Survey::of(conn, &spare.schema)?;
        drop_rest(conn, spare, role.as_deref())
    })?;
    Ok(true)
}

/// The spare's role, if it is there and nobody is taking it.
fn lock(conn: &mut PgConnection, spare: &Spare) -> Result<Option<Option<String>>, Error> {
    conn.batch_execute(locks::PATIENCE).map_err(Error::query("lock a spare"))?;
    let row: Option<Row> = sql_query(LOCK)
        .bind::<SqlUuid, _>(spare.id.as_uuid())
        .get_result(conn)
        .optional()
        .map_err(Error::query("lock a spare"))?;
    Ok(row.map(|row| row.role_name))
}

fn drop_rest(conn: &mut PgConnection, spare: &Spare, role: Option<&str>) -> Result<(), Error> {
    sql_query("DELETE FROM tenancy.spares WHERE id = $1")
        .bind::<SqlUuid, _>(spare.id.as_uuid())
        .execute(conn)
        .map_err(Error::query("delete a spare's row"))?;
    drop_schema(conn, &spare.schema)?;
    if let Some(role) = role {
        let sql = ownership::drop_role(role);
        conn.batch_execute(sql.as_str()).map_err(Error::query("drop the role of a spare"))?;
    }
    Ok(())
}
