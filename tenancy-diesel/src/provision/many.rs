use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Serialize, Serializer};
use tenancy_core::name::TenantSlug;

use super::room::Room;
use super::{NewTenant, Provisioner};
use crate::connection::ControlConnection;
use crate::crew::{self, Post};
use crate::error::Error;
use crate::pools::SessionPool;

/// How many tenants are created at once, and what of those that exist.
#[derive(Debug, Clone)]
pub struct ManyOptions {
    /// How many at a time, each on a connection of its own; as many as processors unless set. Fewer where the server's
    /// lock table has no room for so many clones.
    pub jobs: usize,
    /// A tenant that exists is passed over, and is no failure.
    pub if_not_exists: bool,
}

impl Default for ManyOptions {
    fn default() -> Self {
        Self { jobs: thread::available_parallelism().map_or(2, usize::from), if_not_exists: false }
    }
}

/// What came of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Creation {
    /// It was created.
    Created,
    /// It was there already, and that is fine.
    Existed,
    /// It was not created.
    Failed,
}

/// One tenant of many.
#[derive(Debug, Clone, Serialize)]
pub struct CreateOutcome {
    /// What it is called.
    pub slug: TenantSlug,
    /// What came of it.
    pub outcome: Creation,
    /// Why it was not created.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

/// What came of all of them. It is made whatever happened.
#[derive(Debug, Default, Serialize)]
#[must_use = "what failed is in here, and nowhere else"]
pub struct CreateReport {
    /// In the order in which they finished.
    pub tenants: Vec<CreateOutcome>,
    /// Those that were not begun, because the run ended before, in the order in which they were asked for.
    pub not_begun: Vec<TenantSlug>,
    /// Why it ended before, unless it was told to: the database went away, or the template cannot be cloned.
    pub stopped: Option<String>,
    /// How many were created at a time.
    pub jobs: usize,
    /// How long it all took, in milliseconds.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
}

impl CreateReport {
    /// Whether all that were asked for are there.
    pub fn is_success(&self) -> bool {
        self.stopped.is_none() && self.not_begun.is_empty() && self.count(Creation::Failed) == 0
    }

    /// How many ended like this.
    pub fn count(&self, outcome: Creation) -> usize {
        self.tenants.iter().filter(|tenant| tenant.outcome == outcome).count()
    }
}

/// What the workers share.
struct Desk<'a> {
    tenants: &'a [NewTenant],
    if_not_exists: bool,
    pool: SessionPool,
    next: AtomicUsize,
}

impl Provisioner<'_> {
    /// Creates many tenants, several at a time, each in a transaction of its own: what fails concerns that tenant only.
    /// `finished` is called on this thread as each is done; when it answers [`ControlFlow::Break`], those that were begun
    /// are finished and no further one is begun.
    ///
    /// ```no_run
    /// # fn many(tenancy: &tenancy_diesel::Tenancy, slugs: Vec<tenancy_diesel::TenantSlug>) -> Result<(), tenancy_diesel::Error> {
    /// use std::ops::ControlFlow;
    /// use tenancy_diesel::{ManyOptions, NewTenant};
    /// let new: Vec<NewTenant> = slugs.into_iter().map(NewTenant::new).collect();
    /// let report = tenancy.provisioner().create_many(&new, &ManyOptions::default(), |tenant| {
    ///     println!("{}: {:?}", tenant.slug, tenant.outcome);
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert!(report.is_success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Only what keeps the run from starting: a name that makes no schema, no control plane, no database. What fails later
    /// is in the report.
    pub fn create_many(
        &self,
        tenants: &[NewTenant],
        options: &ManyOptions,
        mut finished: impl FnMut(&CreateOutcome) -> ControlFlow<()>,
    ) -> Result<CreateReport, Error> {
        let began = Instant::now();
        for new in tenants {
            self.schema_of(&new.slug)?;
        }
        let room = Room::of(&mut *self.context.operation()?, self.context.naming.template())?;
        let jobs = options.jobs.clamp(1, tenants.len().max(1)).min(room.budget.at_once(room.needed));
        let desk = Desk {
            tenants,
            if_not_exists: options.if_not_exists,
            pool: self.context.control_pool(u32::try_from(jobs).unwrap_or(u32::MAX)),
            next: AtomicUsize::new(0),
        };
        let mut report = CreateReport { jobs, ..CreateReport::default() };
        let result = crew::work(jobs, |post| self.worker(&desk, post), &mut |outcome, shift| {
            let Some(outcome) = outcome else { return };
            if finished(&outcome).is_break() {
                shift.end();
            }
            report.tenants.push(outcome);
        });
        let done: std::collections::HashSet<_> = report.tenants.iter().map(|tenant| &tenant.slug).collect();
        report.not_begun =
            tenants.iter().map(|new| &new.slug).filter(|slug| !done.contains(slug)).cloned().collect();
        report.stopped = result.err().map(|error| error.to_string());
        report.took = began.elapsed();
        Ok(report)
    }

    /// Creates one tenant after the other. An error is one that every tenant would meet.
    fn worker(&self, desk: &Desk<'_>, post: &Post<'_, CreateOutcome>) -> Result<(), Error> {
        let mut kept: Option<ControlConnection> = None;
        while !post.shift.is_over() {
            let Some(new) = desk.tenants.get(desk.next.fetch_add(1, Ordering::Relaxed)) else { break };
            let began = Instant::now();
            let mut conn = match kept.take() {
                Some(conn) => conn,
                None => desk.pool.control().map(ControlConnection::new)?,
            };
            let (outcome, error) = match self.create_on(&mut conn, new) {
                Ok(_) => {
                    // A sign-up leaves nothing in its session; one that failed may.
                    kept = Some(conn);
                    (Creation::Created, None)
                }
                Err(Error::AlreadyExists(_)) if desk.if_not_exists => (Creation::Existed, None),
                Err(error) if concerns_all(&error) => return Err(error),
                Err(error) => (Creation::Failed, Some(error.to_string())),
            };
            post.tell(CreateOutcome { slug: new.slug.clone(), outcome, error, took: began.elapsed() });
        }
        Ok(())
    }
}

/// Whether every other tenant would meet it, too.
fn concerns_all(error: &Error) -> bool {
    matches!(
        error,
        Error::Capture(_)
            | Error::NoRoles
            | Error::NotInitialized
            | Error::Unreachable(_)
            | Error::PoolExhausted { .. }
    )
}

fn milliseconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(took.as_millis())
}
