//! One tenant.

use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_core::fleet::{Catalog, Subject};
use tenancy_core::isolation::SharedSchemas;

use super::apply::{Direction, Target, apply};
use super::report::TenantReport;
use super::subjects;
use super::template::find;
use crate::bookkeeping;
use crate::error::Error;
use crate::locks;
use crate::migrations::Loaded;

/// What to do to each tenant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Task<'a> {
    /// Apply what is missing.
    Migrate(&'a Catalog),
    /// Revert this version where it is applied.
    Revert(&'a Catalog, &'a str),
}

/// Does the task to one tenant. `conn` holds the tenant's migration lock until it goes through the gate, so two
/// runners take turns, and the second finds nothing left to do.
pub(super) fn work(
    conn: &mut PgConnection,
    subject: &Subject,
    task: Task<'_>,
    loaded: &[Loaded],
    shared: &SharedSchemas,
) -> TenantReport {
    let began = Instant::now();
    let mut report = TenantReport {
        slug: subject.slug.clone(),
        schema: subject.schema.clone(),
        done: Vec::new(),
        error: None,
        took: Duration::ZERO,
    };
    let result = work_into(conn, subject, task, loaded, shared, &mut report);
    report.error = result.err().map(|error| error.to_string());
    report.took = began.elapsed();
    report
}

fn work_into(
    conn: &mut PgConnection,
    subject: &Subject,
    task: Task<'_>,
    loaded: &[Loaded],
    shared: &SharedSchemas,
    report: &mut TenantReport,
) -> Result<(), Error> {
    conn.batch_execute(locks::migrating(subject.id).as_str()).map_err(Error::query("lock the tenant"))?;
    // It may have been renamed or dropped since it was listed; from here on it cannot be.
    let Some((slug, schema)) = subjects::home(conn, subject.id)? else { return Ok(()) };
    report.slug = slug.clone();
    report.schema = schema.clone();
    let schema = &schema;
    let applied = bookkeeping::applied(conn, schema).map_err(Error::query("read the tenant's migrations"))?;
    let target = Target { schema, tenant: Some(subject.id), slug: Some(&slug), shared };
    match task {
        Task::Migrate(catalog) => {
            for migration in catalog.missing(&applied) {
                apply(conn, target, migration, find(loaded, &migration.version)?, Direction::Up)?;
                report.done.push(migration.name.clone());
            }
        }
        Task::Revert(catalog, version) => {
            if let Some(migration) = catalog.find(version).filter(|_| applied.iter().any(|v| v == version)) {
                apply(conn, target, migration, find(loaded, version)?, Direction::Down)?;
                report.done.push(migration.name.clone());
            }
        }
    }
    // Somebody else did it, by hand or in another run: the registry follows the schema.
    if report.done.is_empty() && !applied.is_empty() {
        conn.batch_execute(bookkeeping::record(schema, subject.id).as_str())
            .map_err(Error::query("bring the registry row up to date"))?;
    }
    Ok(())
}
