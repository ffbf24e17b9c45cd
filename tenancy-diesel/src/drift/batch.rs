use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_core::script::Script;
use tenancy_core::structure::Structure;
use tenancy_core::tenant::TenantId;

use super::report::{Standing, TenantDrift};
use super::tenants::{self, Row};
use crate::bookkeeping;
use crate::context::Context;
use crate::error::Error;
use crate::locks;
use crate::ownership;
use crate::structure::{Digest, ReadError, Reader, Subject};

/// Compares some tenants with the template in one transaction. It shares the template's lock, so that neither the
/// template nor which migrations it has changes under it; a migration waits for as long as a batch takes.
pub(super) struct Batch<'a> {
    conn: &'a mut PgConnection,
    context: &'a Context,
    reader: &'a mut Reader,
    /// The versions that the template has.
    applied: Vec<String>,
    /// The template, as a number and, once somebody differed, object by object.
    digest: Digest,
    structure: Option<Structure>,
}

/// Looks at each of `ids`, and tells.
pub(super) fn run(
    conn: &mut PgConnection,
    context: &Context,
    reader: &mut Reader,
    ids: &[TenantId],
    mut tell: impl FnMut(TenantDrift),
) -> Result<(), Error> {
    conn.transaction(|conn| {
        let (mut batch, rows) = Batch::begin(conn, context, reader, ids)?;
        for row in rows {
            tell(batch.look_at(row)?);
        }
        Ok(())
    })
}

impl<'a> Batch<'a> {
    fn begin(
        conn: &'a mut PgConnection,
        context: &'a Context,
        reader: &'a mut Reader,
        ids: &[TenantId],
    ) -> Result<(Self, Vec<Row>), Error> {
        let template = context.naming.template();
        let wait = Script::new(locks::PATIENCE).script(&locks::template_shared(template));
        conn.batch_execute(wait.as_str()).map_err(Error::query("wait for the template"))?;
        let mut applied =
            bookkeeping::applied(conn, template).map_err(Error::query("read the template's migrations"))?;
        applied.sort();
        let rows = as_login(conn, ids)?;
        enter(conn, template)?;
        let digest = reader.digest(conn, Subject::of(template))?;
        Ok((Self { conn, context, reader, applied, digest, structure: None }, rows))
    }

    fn look_at(&mut self, row: Row) -> Result<TenantDrift, Error> {
        let mut row = row;
        let mut standing = self.standing(&row)?;
        if matches!(standing, Standing::Drifted { .. }) {
            // It may have been migrated since its row was read.
            let now = as_login(self.conn, &[row.id])?.into_iter().next();
            enter(self.conn, self.context.naming.template())?;
            if let Some(now) = now.filter(|now| *now != row) {
                standing = self.standing(&now)?;
                row = now;
            }
        }
        Ok(TenantDrift { slug: row.slug, schema: row.schema, standing })
    }

    fn standing(&mut self, row: &Row) -> Result<Standing, Error> {
        if row.applied != self.applied {
            let without = |all: &[String], others: &[String]| {
                all.iter().filter(|version| !others.contains(version)).cloned().collect()
            };
            return Ok(Standing::OtherVersion {
                pending: without(&self.applied, &row.applied),
                ahead: without(&row.applied, &self.applied),
            });
        }
        match self.compare(row) {
            Err(ReadError::Forbidden(_)) => {
                // It belongs to somebody else than the template does.
                enter(self.conn, &row.schema)?;
                let again = self.compare(row);
                enter(self.conn, self.context.naming.template())?;
                told(again)
            }
            compared => told(compared),
        }
    }

    fn compare(&mut self, row: &Row) -> Result<Standing, ReadError> {
        let template = Subject::of(self.context.naming.template());
        let subject = Subject { schema: &row.schema, role: row.role.as_deref() };
        let known = self.reader.known();
        let digest = self.reader.digest(self.conn, subject)?;
        if self.reader.known() > known {
            // A kind of object that nobody had before: the template was not asked for it.
            self.digest = self.reader.digest(self.conn, template)?;
            self.structure = None;
        }
        if self.digest.proves(&digest) {
            return Ok(Standing::Same);
        }
        let found = self.reader.structure(self.conn, subject)?.without(POPULATED);
        let expected = match self.structure.take() {
            Some(structure) => structure,
            None => self.reader.structure(self.conn, template)?.without(POPULATED),
        };
        let differences = expected.compare(&found);
        self.structure = Some(expected);
        Ok(if differences.is_empty() { Standing::Same } else { Standing::Drifted { differences } })
    }
}

/// The registry's rows, which are the login's to read.
fn as_login(conn: &mut PgConnection, ids: &[TenantId]) -> Result<Vec<Row>, Error> {
    conn.batch_execute(ownership::AS_LOGIN).map_err(Error::query("act as the login"))?;
    tenants::find(conn, ids)
}

/// Whether a materialized view holds data changes while a tenant works.
const POPULATED: &str = "populated";

/// Acts as the owner of `schema` until the end of the transaction: who may not use a schema cannot read it.
fn enter(conn: &mut PgConnection, schema: &tenancy_core::name::SchemaName) -> Result<(), Error> {
    let script = ownership::of(schema).script(&Reader::settings());
    conn.batch_execute(script.as_str()).map_err(Error::query("act as the owner of the schema"))
}

fn told(compared: Result<Standing, ReadError>) -> Result<Standing, Error> {
    match compared {
        Ok(standing) => Ok(standing),
        Err(ReadError::Missing(_)) => Ok(Standing::SchemaMissing),
        Err(error @ ReadError::Forbidden(_)) => Ok(Standing::Failed { error: error.to_string() }),
        // The transaction is lost with it.
        Err(error @ ReadError::Query(_)) => Err(error.into()),
    }
}
