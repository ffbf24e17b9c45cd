use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use super::action::Duty;
use super::course::{Course, Outcome};
use super::injected;
use super::interleaver::Interleaver;
use super::observed::Observed;
use super::probe::Probe;
use super::report::IsolationReport;
use super::sentinels::Sentinels;
use super::step::Phase;
use crate::error::Error;
use crate::tenancy::Tenancy;

/// The body of an action on a thread.
#[expect(missing_debug_implementations, reason = "a closure has nothing to show")]
pub struct OnThreads(Box<dyn Fn(&Probe) -> Observed + Send + Sync>);

impl Interleaver<OnThreads> {
    /// A check whose actions are closures on threads: for blocking code, and for an HTTP client in front of a
    /// server. `database_url` is that of the service's database; its login must be allowed to end the service's
    /// statements and backends, which the service's own login is.
    pub fn on_threads(tenancy: &Tenancy, sentinels: &Sentinels, database_url: &str) -> Self {
        Self::new(tenancy, sentinels, database_url)
    }

    /// An action whose every success shows the tenant's marker.
    pub fn reads<O: Into<Observed>>(
        self,
        name: &str,
        body: impl Fn(&Probe) -> O + Send + Sync + 'static,
    ) -> Self {
        self.action(name, Duty::Reads, body)
    }

    /// An action whose every success leaves [`Probe::text`] in a table of the tenant, for good.
    pub fn writes<O: Into<Observed>>(
        self,
        name: &str,
        body: impl Fn(&Probe) -> O + Send + Sync + 'static,
    ) -> Self {
        self.action(name, Duty::Writes, body)
    }

    /// Any other action: nobody else's marker may come out.
    pub fn calls<O: Into<Observed>>(
        self,
        name: &str,
        body: impl Fn(&Probe) -> O + Send + Sync + 'static,
    ) -> Self {
        self.action(name, Duty::Calls, body)
    }

    /// An action of an operator, who may see the names of all tenants, and rows of none.
    pub fn operates<O: Into<Observed>>(
        self,
        name: &str,
        body: impl Fn(&Probe) -> O + Send + Sync + 'static,
    ) -> Self {
        self.action(name, Duty::Operates, body)
    }

    /// Runs the check. Blocks for as long as it takes.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] and [`Error::Query`] for the kit's own connection. What is wrong with the service
    /// stands in the report.
    pub fn run(mut self) -> Result<IsolationReport, Error> {
        // Nobody can drop what runs on a thread.
        self.faults = self.faults.cancellations(0);
        let course = Course::begin(self)?;
        drive(&course, Phase::Before);
        let storm = course.storm()?;
        drive(&course, Phase::Storm);
        course.settle(storm)?;
        drive(&course, Phase::After);
        course.finish()
    }

    fn action<O: Into<Observed>>(
        self,
        name: &str,
        duty: Duty,
        body: impl Fn(&Probe) -> O + Send + Sync + 'static,
    ) -> Self {
        self.add(name, duty, OnThreads(Box::new(move |probe| body(probe).into())))
    }
}

fn drive(course: &Course<OnThreads>, phase: Phase) {
    thread::scope(|scope| {
        for _ in 0..course.check.workers {
            scope.spawn(|| {
                while let Some((step, probe)) = course.next(phase) {
                    if step.pair.attempt > 0 {
                        thread::sleep(PAUSE);
                    }
                    let body = &course.check.actions[step.pair.action].body.0;
                    let outcome = match catch_unwind(AssertUnwindSafe(|| body(&probe))) {
                        Ok(observed) => Outcome::Observed(observed),
                        Err(payload) => {
                            injected::message(&*payload).map_or(Outcome::Injected, Outcome::Panicked)
                        }
                    };
                    course.end(&step, outcome);
                }
            });
        }
    });
}

/// Before another attempt.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
