use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tenancy_core::blueprint::{Blueprint, Sentinel};
use tenancy_core::name::SchemaName;
use tenancy_core::script::Script;

use super::catalog::Catalog;
use super::inventory::Inventory;
use super::tenants::Tenants;
use super::{CaptureError, Extent, Fingerprint, completeness, fingerprint, kind};

/// How often a template is read anew because it changed in the meantime.
const ATTEMPTS: usize = 3;

/// Reads `template` into a blueprint.
///
/// Works inside the caller's transaction, in a savepoint, or else in a transaction of its own; either is rolled
/// back, and with it the settings that it makes. The transaction must have been opened by Diesel
/// (`conn.transaction`): of a raw `BEGIN` Diesel knows nothing, and would roll it back. The role of `conn` must
/// own the schema and may create schemas in the database, as renaming one needs.
///
/// # Errors
///
/// [`CaptureError::NoTemplate`]; [`CaptureError::CannotCarry`] with everything that a clone would lose; the
/// others when the database says so or changes under the reader.
pub fn capture(conn: &mut PgConnection, template: &SchemaName) -> Result<Blueprint, CaptureError> {
    capture_as(conn, template, &Extent::default())
}

/// As [`capture()`], with other rows.
///
/// # Errors
///
/// As [`capture()`]; [`CaptureError::NoSuchTables`].
pub fn capture_as(
    conn: &mut PgConnection,
    template: &SchemaName,
    extent: &Extent,
) -> Result<Blueprint, CaptureError> {
    let now = fingerprint(conn, template)?;
    Ok(capture_with(conn, template, extent, now)?.1.blueprint)
}

/// What was read.
pub(super) struct Read {
    pub(super) blueprint: Blueprint,
    /// Whether tenants had roles: what is refused then was not looked for without.
    pub(super) with_roles: bool,
}

/// Captures `template`, whose fingerprint was just taken, and says of which state the blueprint is.
pub(super) fn capture_with(
    conn: &mut PgConnection,
    template: &SchemaName,
    extent: &Extent,
    mut before: Fingerprint,
) -> Result<(Fingerprint, Read), CaptureError> {
    for _ in 0..ATTEMPTS {
        let captured = read(conn, template, extent, &before);
        // Every query sees what others committed before it: only if nothing changed do the answers fit.
        let after = fingerprint(conn, template)?;
        if after == before {
            return Ok((after, captured?));
        }
        before = after;
    }
    Err(CaptureError::Changing { template: template.clone() })
}

/// How a transaction ends that must not be committed.
enum Undone {
    Done(Box<Read>),
    Failed(CaptureError),
}

impl From<diesel::result::Error> for Undone {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn read(
    conn: &mut PgConnection,
    template: &SchemaName,
    extent: &Extent,
    state: &Fingerprint,
) -> Result<Read, CaptureError> {
    // A text that held this sentinel would be part of the state that the sentinel is a hash of.
    let sentinel = Sentinel::new(&state.to_string());
    let undone = conn.transaction::<std::convert::Infallible, _, _>(|conn| {
        let read = rename(conn, template, &sentinel).and_then(|()| {
            let tenants = Tenants::read(conn, template)?;
            let (namespace, rows_of) = (state.namespace(), &extent.rows);
            let with_roles = tenants.installed;
            read_renamed(Catalog { conn, template, sentinel: &sentinel, namespace, rows_of, tenants })
                .map(|blueprint| Read { blueprint, with_roles })
        });
        Err(read.map_or_else(Undone::Failed, |read| Undone::Done(Box::new(read))))
    });
    match undone {
        Err(Undone::Done(read)) => Ok(*read),
        Err(Undone::Failed(error)) => Err(error),
        Ok(never) => match never {},
    }
}

/// Renames the template and makes PostgreSQL write everything in the one form that it reads under any settings.
fn rename(conn: &mut PgConnection, template: &SchemaName, sentinel: &Sentinel) -> Result<(), CaptureError> {
    let script =
        Script::new("ALTER SCHEMA ").schema(template).sql(" RENAME TO ").ident(sentinel.ident()).sql(
            ";\n\
             SET LOCAL search_path TO '';\n\
             SET LOCAL datestyle TO ISO, YMD;\n\
             SET LOCAL intervalstyle TO postgres;\n\
             SET LOCAL extra_float_digits TO 3;\n\
             SET LOCAL bytea_output TO hex;\n\
             SET LOCAL quote_all_identifiers TO off",
        );
    conn.batch_execute(script.as_str()).map_err(|source| CaptureError::Query {
        doing: "rename the template for as long as it is read",
        source,
    })
}

fn read_renamed(mut catalog: Catalog<'_>) -> Result<Blueprint, CaptureError> {
    let mut inventory = Inventory::default();
    for capture in kind::ALL {
        capture(&mut catalog, &mut inventory)?;
    }
    completeness::prove(&mut catalog, &mut inventory)?;
    Ok(Blueprint::new(catalog.template.clone(), inventory.objects)?)
}
