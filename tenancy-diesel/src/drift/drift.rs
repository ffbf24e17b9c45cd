use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Instant;

use diesel::Connection as _;
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_core::name::TenantSlug;
use tenancy_core::structure::{Difference, Structure};
use tenancy_core::tenant::TenantId;

use super::report::{DriftReport, Standing, TenantDrift};
use super::{batch, tenants};
use crate::connection::ControlConnection;
use crate::context::Context;
use crate::error::Error;
use crate::ownership;
use crate::pools::SessionPool;
use crate::structure::{ReadError, Reader, Subject};

/// Compares schemas, object by object. Reads only.
#[derive(Debug, Clone, Copy)]
pub struct Drift<'a> {
    context: &'a Context,
}

/// How a check goes about it.
#[derive(Debug, Clone)]
pub struct DriftOptions {
    /// How many tenants at a time, each on a connection of its own; as many as processors unless set.
    pub jobs: usize,
    /// Only these tenants; all when empty.
    pub only: Vec<TenantSlug>,
}

impl Default for DriftOptions {
    fn default() -> Self {
        Self { jobs: thread::available_parallelism().map_or(2, usize::from), only: Vec::new() }
    }
}

/// One of two schemas that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The template.
    Template,
    /// A tenant's.
    Tenant(TenantSlug),
}

/// How many tenants are looked at in one transaction, while which a migration of the template waits.
const BATCH: usize = 50;

/// What the workers share.
struct Work<'a> {
    ids: &'a [TenantId],
    pool: SessionPool,
    next: AtomicUsize,
}

impl<'a> Drift<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// How many tenants a check would look at.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] for one of `only`.
    pub fn count(&self, only: &[TenantSlug]) -> Result<usize, Error> {
        Ok(tenants::ids(&mut *self.context.operation()?, only)?.len())
    }

    /// Compares every tenant with the template, suspended and archived ones too, but none that is being dropped. A tenant with other migrations than
    /// the template is not compared. Blocks until all are done; `looked_at` is called on this thread after each.
    ///
    /// A tenant that is the same costs one short query; nothing is kept of it. While a tenant works, a materialized
    /// view may come to hold data that was made without: that is no difference.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`] for one of the options' `only`; [`Error::Structure`] when there is no template;
    /// [`Error::Query`] and [`Error::Unreachable`].
    pub fn check(
        &self,
        options: &DriftOptions,
        mut looked_at: impl FnMut(&TenantDrift),
    ) -> Result<DriftReport, Error> {
        let began = Instant::now();
        let ids = tenants::ids(&mut *self.context.operation()?, &options.only)?;
        let jobs = options.jobs.clamp(1, ids.len().div_ceil(BATCH).max(1));
        let size = u32::try_from(jobs).unwrap_or(u32::MAX);
        let work = Work { ids: &ids, pool: self.context.control_pool(size), next: AtomicUsize::new(0) };
        let mut report = DriftReport {
            template: self.context.naming.template().clone(),
            same: 0,
            tenants: Vec::new(),
            took: began.elapsed(),
        };
        let (sender, results) = mpsc::channel();
        thread::scope(|scope| {
            let workers: Vec<_> = (0..jobs)
                .map(|_| {
                    let (sender, work) = (sender.clone(), &work);
                    scope.spawn(move || self.work(work, &sender))
                })
                .collect();
            // The results end when the last worker drops its sender.
            drop(sender);
            for tenant in results {
                looked_at(&tenant);
                match tenant.standing {
                    Standing::Same => report.same += 1,
                    _ => report.tenants.push(tenant),
                }
            }
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
        report.tenants.sort_by(|a, b| a.slug.cmp(&b.slug));
        report.took = began.elapsed();
        Ok(report)
    }

    /// Takes one batch after the other.
    fn work(&self, work: &Work<'_>, results: &Sender<TenantDrift>) -> Result<(), Error> {
        let mut reader = self.context.reader.get();
        let mut conn = work.pool.control().map(ControlConnection::new)?;
        loop {
            let from = work.next.fetch_add(BATCH, Ordering::Relaxed);
            let ids: Vec<TenantId> = work.ids.iter().skip(from).take(BATCH).copied().collect();
            // Without tenants, one batch still tells whether there is a template.
            if ids.is_empty() && from > 0 {
                break;
            }
            batch::run(&mut conn, self.context, &mut reader, &ids, |tenant| {
                // The receiver lives as long as the scope.
                let _ = results.send(tenant);
            })?;
        }
        self.context.reader.keep(reader);
        Ok(())
    }

    /// In what `found` differs from `expected`, whatever migrations they have.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownTenant`]; [`Error::Structure`] when a schema is not there or may not be used.
    pub fn diff(&self, expected: &Side, found: &Side) -> Result<Vec<Difference>, Error> {
        let mut conn = self.context.operation()?;
        let mut reader = self.context.reader.get();
        let mut read = |side: &Side| self.structure(&mut conn, &mut reader, side);
        let (expected, found) = (read(expected)?, read(found)?);
        Ok(expected.compare(&found))
    }

    fn structure(
        &self,
        conn: &mut PgConnection,
        reader: &mut Reader,
        side: &Side,
    ) -> Result<Structure, Error> {
        let (schema, role) = match side {
            Side::Template => (self.context.naming.template().clone(), None),
            Side::Tenant(slug) => {
                let row = tenants::by_slug(conn, slug)?;
                (row.schema, row.role)
            }
        };
        conn.transaction(|conn| {
            let script = ownership::of(&schema).script(&Reader::settings());
            conn.batch_execute(script.as_str()).map_err(Error::query("act as the owner of the schema"))?;
            Ok::<_, Error>(reader.structure(conn, Subject { schema: &schema, role: role.as_deref() })?)
        })
        .map_err(|error| match error {
            Error::Structure(ReadError::Query(source)) => Error::query("read the schema")(source),
            error => error,
        })
    }
}
