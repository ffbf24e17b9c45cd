use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle, spawn, spawn_blocking};
use tokio::time::sleep;

use super::action::Duty;
use super::course::{Course, Outcome};
use super::injected;
use super::interleaver::Interleaver;
use super::observed::Observed;
use super::probe::Probe;
use super::report::IsolationReport;
use super::sentinels::Sentinels;
use super::step::Phase;
use super::threads::PAUSE;
use crate::error::Error;
use crate::tenancy::Tenancy;

type Answer = Pin<Box<dyn Future<Output = Observed> + Send>>;

/// The body of an action as a task.
#[expect(missing_debug_implementations, reason = "a closure has nothing to show")]
pub struct AsTasks(Box<dyn Fn(Probe) -> Answer + Send + Sync>);

impl Interleaver<AsTasks> {
    /// A check whose actions are futures, each a task of the runtime that [`run`](Self::run) is called on: for
    /// async code, and for a web framework's client in this process. `database_url` is that of the service's
    /// database; its login must be allowed to end the service's statements and backends, which the service's own
    /// login is.
    pub fn as_tasks(tenancy: &Tenancy, sentinels: &Sentinels, database_url: &str) -> Self {
        Self::new(tenancy, sentinels, database_url)
    }

    /// An action whose every success shows the tenant's marker.
    pub fn reads<F>(self, name: &str, body: impl Fn(Probe) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Into<Observed>> + Send + 'static,
    {
        self.action(name, Duty::Reads, body)
    }

    /// An action whose every success leaves [`Probe::text`] in a table of the tenant, for good.
    pub fn writes<F>(self, name: &str, body: impl Fn(Probe) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Into<Observed>> + Send + 'static,
    {
        self.action(name, Duty::Writes, body)
    }

    /// Any other action: nobody else's marker may come out.
    pub fn calls<F>(self, name: &str, body: impl Fn(Probe) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Into<Observed>> + Send + 'static,
    {
        self.action(name, Duty::Calls, body)
    }

    /// An action of an operator, who may see the names of all tenants, and rows of none.
    pub fn operates<F>(self, name: &str, body: impl Fn(Probe) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Into<Observed>> + Send + 'static,
    {
        self.action(name, Duty::Operates, body)
    }

    /// Runs the check.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] and [`Error::Query`] for the kit's own connection. What is wrong with the service
    /// stands in the report.
    pub async fn run(self) -> Result<IsolationReport, Error> {
        let course = Arc::new(block(move || Course::begin(self)).await?);
        drive(&course, Phase::Before).await?;
        let on = Arc::clone(&course);
        let storm = block(move || on.storm()).await?;
        drive(&course, Phase::Storm).await?;
        let on = Arc::clone(&course);
        block(move || on.settle(storm)).await?;
        drive(&course, Phase::After).await?;
        block(move || course.finish()).await
    }

    fn action<F>(self, name: &str, duty: Duty, body: impl Fn(Probe) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Into<Observed>> + Send + 'static,
    {
        let body = move |probe| -> Answer {
            let answer = body(probe);
            Box::pin(async move { answer.await.into() })
        };
        self.add(name, duty, AsTasks(Box::new(body)))
    }
}

async fn drive(course: &Arc<Course<AsTasks>>, phase: Phase) -> Result<(), Error> {
    let work = || spawn(worker(Arc::clone(course), phase));
    let workers: Vec<JoinHandle<()>> = (0..course.check.workers).map(|_| work()).collect();
    for worker in workers {
        worker.await.map_err(ended)?;
    }
    Ok(())
}

async fn worker(course: Arc<Course<AsTasks>>, phase: Phase) {
    while let Some((step, probe)) = course.next(phase) {
        if step.pair.attempt > 0 {
            sleep(PAUSE).await;
        }
        let (on, action) = (Arc::clone(&course), step.pair.action);
        // A task of its own: what it leaves in a thread's locals meets the next one there, and tokio catches its
        // panics. The body is called in it, for the sake of panics before the first await.
        let answer: Pin<Box<dyn Future<Output = Observed> + Send>> =
            Box::pin(async move { (on.check.actions[action].body.0)(probe).await });
        let outcome = match spawn(CutShort { answer: Some(answer), polls: step.cut_at }).await {
            Ok(Some(observed)) => Outcome::Observed(observed),
            Ok(None) => {
                course.cancelled(&step);
                continue;
            }
            Err(failure) => match failure.try_into_panic() {
                Ok(payload) => injected::message(&*payload).map_or(Outcome::Injected, Outcome::Panicked),
                Err(_) => Outcome::Injected,
            },
        };
        course.end(&step, outcome);
    }
}

/// A future that is dropped when it has had nothing to say for `polls` times; never for 0.
struct CutShort {
    answer: Option<Answer>,
    polls: u32,
}

impl Future for CutShort {
    type Output = Option<Observed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Observed>> {
        let Some(answer) = &mut self.answer else { return Poll::Ready(None) };
        match answer.as_mut().poll(context) {
            Poll::Ready(observed) => Poll::Ready(Some(observed)),
            Poll::Pending if self.polls == 1 => {
                self.answer = None;
                Poll::Ready(None)
            }
            Poll::Pending => {
                self.polls = self.polls.saturating_sub(1);
                Poll::Pending
            }
        }
    }
}

/// Runs what blocks where it may.
async fn block<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work).await.map_err(ended)?
}

/// A panic goes on in the caller.
fn ended(failure: JoinError) -> Error {
    match failure.try_into_panic() {
        Ok(payload) => resume_unwind(payload),
        Err(_) => Error::Unreachable("the runtime is shutting down".to_owned()),
    }
}
