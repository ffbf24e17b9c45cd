use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{Array, Oid, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::program::Program;
use crate::error::Error;

/// Which functions are looked at.
#[derive(Debug, Clone, Copy)]
pub(in crate::provision) enum Programs<'a> {
    /// All of the schema.
    All,
    /// Those of which it is known.
    These(&'a [u32]),
}

/// What becomes of a function that may or may not mean the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provision) enum Doubts {
    /// Nothing is renamed: the name is one that means nothing else.
    Refuse,
    /// It stays as it is: the name may be any word (tenants' schemas have no prefix).
    Leave,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Oid)]
    oid: u32,
}

/// The functions of schema `$1` that have `$2` in their texts, found by pg_depend: pg_proc has no index by schema.
const NAMING: &str = "\
SELECT p.oid FROM pg_catalog.pg_namespace n \
JOIN pg_catalog.pg_depend d ON d.refclassid = 2615 AND d.refobjid = n.oid AND d.classid = 1255 \
JOIN pg_catalog.pg_proc p ON p.oid = d.objid \
WHERE n.nspname = $1::pg_catalog.name AND p.prokind IN ('f', 'p', 'w') \
AND (strpos(lower(p.prosrc), $2) > 0 OR strpos(lower(p.proconfig::pg_catalog.text), $2) > 0)";

const READ: &str = "\
SELECT i.identity, pg_catalog.pg_get_functiondef(p.oid) AS definition, \
CASE WHEN p.prosqlbody IS NULL THEN p.prosrc END AS body, l.lanname::pg_catalog.text AS language, \
coalesce(p.proconfig, '{}') AS settings, \
p.proname::pg_catalog.text || coalesce(array_remove(p.proargnames, NULL), '{}') AS names \
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
CROSS JOIN LATERAL pg_catalog.pg_identify_object(1255, p.oid, 0) i WHERE p.oid = ANY ($1)";

/// The functions of `schema` that name it as text.
pub(in crate::provision) fn naming(conn: &mut PgConnection, schema: &SchemaName) -> Result<Vec<u32>, Error> {
    find(conn, schema, schema)
}

fn find(conn: &mut PgConnection, schema: &SchemaName, name: &SchemaName) -> Result<Vec<u32>, Error> {
    let found: Vec<Found> = sql_query(NAMING)
        .bind::<Text, _>(schema.as_str())
        .bind::<Text, _>(name.as_str())
        .load(conn)
        .map_err(Error::query("look for functions that name their schema"))?;
    Ok(found.into_iter().map(|found| found.oid).collect())
}

/// Behind a rename from `from` to `to`: makes the functions of the schema name it as it is called now. Acts as whoever
/// owns them, in a transaction.
///
/// # Errors
///
/// [`Error::NamesItself`] when it cannot be decided what one of them means.
pub(in crate::provision) fn retarget(
    conn: &mut PgConnection,
    from: &SchemaName,
    to: &SchemaName,
    programs: Programs<'_>,
    doubtful: Doubts,
) -> Result<(), Error> {
    let found;
    let oids = match programs {
        Programs::These(oids) => oids,
        Programs::All => {
            found = find(conn, to, from)?;
            &found
        }
    };
    if oids.is_empty() {
        return Ok(());
    }
    let programs: Vec<Program> = sql_query(READ)
        .bind::<Array<Oid>, _>(oids)
        .load(conn)
        .map_err(Error::query("read the functions that name their schema"))?;
    // The bodies are resolved by the tenant's path, when they run.
    let mut script = Script::new("SET LOCAL check_function_bodies = off;\n");
    let mut doubts = Vec::new();
    for program in &programs {
        match program.retargeted(from, to) {
            Ok(statements) => script = script.script(&statements),
            Err(_) if doubtful == Doubts::Leave => {}
            Err(doubt) => doubts.push(doubt),
        }
    }
    if !doubts.is_empty() {
        return Err(Error::NamesItself { schema: from.clone(), doubts });
    }
    conn.batch_execute(script.as_str()).map_err(Error::query("change the functions that name their schema"))
}
