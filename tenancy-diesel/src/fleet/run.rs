//! A run, from its first question to its last word.

use std::time::{Duration, Instant};
use std::{env, process, thread};

use diesel::sql_types::Bool;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_core::fleet::{Catalog, Direction, Policy, RunId, RunState};

use super::blockers;
use super::desk::Desk;
use super::event::FleetEvent;
use super::failure::FleetError;
use super::options::{IfRunning, RunOptions};
use super::outlook::Outlook;
use super::report::FleetReport;
use super::session_name::host_name;
use super::subjects::{self, Which};
use super::template;
use crate::connection::ControlConnection;
use crate::context::Context;
use crate::error::Error;
use crate::ledger::{self, NewRun, Runs};
use crate::locks;
use crate::migrations::Loaded;

/// How often it is tried to take another run's place.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Who sees what happens.
pub(super) type Observer<'a> = &'a mut dyn FnMut(&FleetEvent<'_>);

/// One run.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context,
    pub(super) options: &'a RunOptions,
    pub(super) policy: Policy,
    pub(super) direction: Direction,
    pub(super) catalog: Catalog,
    pub(super) loaded: Vec<Loaded>,
    /// Down: which versions, newest first.
    pub(super) versions: Vec<String>,
    pub(super) observer: Observer<'a>,
    pub(super) report: FleetReport,
    pub(super) began: Instant,
    /// Whether another run was waited for.
    waited: bool,
}

impl<'a> Run<'a> {
    /// One that migrates.
    pub(super) fn new(
        context: &'a Context,
        options: &'a RunOptions,
        direction: Direction,
        observer: Observer<'a>,
    ) -> Result<Self, Error> {
        let loaded = context.migrations.load()?;
        let catalog = Catalog::new(loaded.iter().map(Loaded::described).collect())?;
        Ok(Self {
            context,
            options,
            policy: options.policy.clone(),
            direction,
            catalog,
            loaded,
            versions: Vec::new(),
            observer,
            report: FleetReport::default(),
            began: Instant::now(),
            waited: false,
        })
    }

    /// It is about no migrations but those of `versions`.
    pub(super) fn limit_to(&mut self, versions: &[String]) -> Result<(), Error> {
        let known = self.catalog.migrations().iter();
        self.catalog = Catalog::new(known.filter(|m| versions.contains(&m.version)).cloned().collect())?;
        Ok(())
    }

    /// Brings the template and then every tenant up to date.
    pub(super) fn up(mut self) -> Result<FleetReport, FleetError> {
        let result = self.up_if_needed();
        self.end(result)
    }

    /// Reverts `versions`, newest first, in the template and in every tenant that has them.
    pub(super) fn down(mut self, versions: Vec<String>) -> Result<FleetReport, FleetError> {
        self.versions = versions;
        let result = self.check_names().and_then(|()| self.begin(true));
        self.end(result)
    }

    /// Goes on with a run that was not finished: `run`, or the latest.
    pub(super) fn resume(mut self, run: Option<RunId>) -> Result<FleetReport, FleetError> {
        let result = self.go_on(run);
        self.end(result)
    }

    fn end(mut self, result: Result<(), Error>) -> Result<FleetReport, FleetError> {
        self.report.took = self.began.elapsed();
        match result {
            Ok(()) => Ok(self.report),
            Err(source) => Err(FleetError { report: Box::new(self.report), source }),
        }
    }

    fn up_if_needed(&mut self) -> Result<(), Error> {
        self.check_names()?;
        let outlook = self.outlook(&mut *self.context.operation()?)?;
        if outlook.is_clear(&self.catalog) { Ok(()) } else { self.begin(false) }
    }

    fn check_names(&self) -> Result<(), Error> {
        match subjects::named(&self.policy).as_slice() {
            [] => Ok(()),
            names => subjects::check_known(&mut *self.context.operation()?, names),
        }
    }

    fn outlook(&self, conn: &mut PgConnection) -> Result<Outlook, Error> {
        Outlook::ask(conn, self.context.naming.template(), &self.catalog, &self.policy.only)
    }

    /// Puts the run into the ledger and does it. `anyway`: also when nothing seems to be left after having waited.
    fn begin(&mut self, anyway: bool) -> Result<(), Error> {
        let mut captain = self.context.control_pool(1).control().map(ControlConnection::new)?;
        if !self.claim(&mut captain)? {
            return Ok(());
        }
        let outlook = self.outlook(&mut captain)?;
        if !anyway && outlook.is_clear(&self.catalog) {
            return Ok(());
        }
        let template = outlook.template.unwrap_or_default();
        self.check_newest(&template)?;
        self.look_ahead(&mut captain, &template)?;
        if let Some(paused) = self.paused(&mut captain)? {
            return self.leave_alone(paused);
        }
        let host = host_name();
        let versions: Vec<&str> = match self.direction {
            Direction::Up => self.catalog.versions(),
            Direction::Down => self.versions.iter().map(String::as_str).collect(),
        };
        let started_by = self.options.started_by.clone().unwrap_or_else(|| started_by(&host));
        let opened = ledger::open(
            &mut captain,
            &NewRun {
                direction: self.direction,
                versions: &versions,
                policy: &self.policy,
                started_by: &started_by,
                runner: &runner(&host),
            },
        )?;
        self.report.run = Some(opened.hold.id);
        (self.observer)(&FleetEvent::Begun {
            run: opened.hold.id,
            direction: self.direction,
            resumed: false,
            superseded: &opened.superseded,
        });
        self.conduct(Desk::new(captain, opened.hold, &host), None)
    }

    fn go_on(&mut self, asked: Option<RunId>) -> Result<(), Error> {
        let mut conn = self.context.operation()?;
        let run = match asked {
            Some(run) => run,
            None => match ledger::latest_unfinished(&mut conn)? {
                Some(run) => run,
                None => return Err(Error::NothingToResume),
            },
        };
        drop(conn);
        // Whether it is about some tenants only is the run's own to say.
        let record = Runs::new(self.context).find(run)?;
        (self.policy.only, self.direction) = (record.policy.only, record.direction);
        let mut captain = self.context.control_pool(1).control().map(ControlConnection::new)?;
        if !self.claim(&mut captain)? {
            return Ok(());
        }
        let host = host_name();
        let record = match ledger::reopen(&mut captain, run, &runner(&host)) {
            // Whoever worked on it has finished it meanwhile.
            Err(Error::RunOver { state: RunState::Done, .. }) if asked.is_none() || self.waited => {
                return Ok(());
            }
            record => record?,
        };
        let hold = record.hold();
        self.report.run = Some(run);
        self.direction = record.direction;
        self.policy = Policy { jobs: self.options.policy.jobs.or(record.policy.jobs), ..record.policy };
        if let Some(version) = record.versions.iter().find(|version| self.catalog.find(version).is_none()) {
            let error = template::unknown(version);
            ledger::close(&mut captain, hold, RunState::Failed, Some(&error.to_string()))?;
            return Err(error);
        }
        match self.direction {
            // What was added since is another run's.
            Direction::Up => {
                self.limit_to(&record.versions)?;
            }
            Direction::Down => self.versions = record.versions,
        }
        let template = self.outlook(&mut captain)?.template.unwrap_or_default();
        if let Err(error) = self.look_ahead(&mut captain, &template) {
            ledger::close(&mut captain, hold, RunState::Failed, Some(&error.to_string()))?;
            return Err(error);
        }
        (self.observer)(&FleetEvent::Begun {
            run,
            direction: self.direction,
            resumed: true,
            superseded: &[],
        });
        let left = ledger::unfinished(&mut captain, hold)?;
        let enrolled = usize::try_from(record.counts.total()).unwrap_or(0);
        let mut desk = Desk::new(captain, hold, &host);
        desk.enrolled = enrolled;
        self.conduct(desk, (enrolled > 0).then_some(left))
    }

    /// Becomes the one run over the whole fleet, as far as others let it. `false`: they do the work.
    fn claim(&mut self, captain: &mut PgConnection) -> Result<bool, Error> {
        // Some tenants only: their own locks will do.
        if !self.policy.only.is_empty() {
            return Ok(true);
        }
        let mut told = false;
        loop {
            let answer: Answer = sql_query(locks::fleet(false).as_str())
                .get_result(captain)
                .map_err(Error::query("ask whether another run is under way"))?;
            if answer.yes {
                return Ok(true);
            }
            if !told {
                // It may have ended since.
                let holder = blockers::running_fleet(captain)?;
                let holder = holder.map_or_else(|| "another run".to_owned(), |holder| holder.to_string());
                match self.options.if_running {
                    // Who migrates does not do what a revert is to do.
                    IfRunning::GoOn if self.direction == Direction::Up => {
                        self.report.left_to = Some(holder);
                        return Ok(false);
                    }
                    IfRunning::Refuse | IfRunning::GoOn => return Err(Error::FleetBusy { holder }),
                    IfRunning::Wait => (self.observer)(&FleetEvent::Waiting { holder: &holder }),
                }
                told = true;
                self.waited = true;
            }
            if self.options.stop.is_requested() {
                self.report.stopped = Some("paused while it waited for another run".to_owned());
                return Ok(false);
            }
            thread::sleep(TRY_AGAIN);
        }
    }

    /// Refuses to revert what was the template's newest when it was asked for, and is not any more.
    fn check_newest(&self, template: &[String]) -> Result<(), Error> {
        let newest = template.iter().rev().take(self.versions.len());
        if self.direction == Direction::Up || !self.policy.only.is_empty() || self.versions.iter().eq(newest)
        {
            return Ok(());
        }
        Err(Error::Migrations(
            "the template has moved on since it was said what is reverted: look again, and say it anew"
                .to_owned(),
        ))
    }

    /// The run over all tenants that somebody paused, unless this one is to take its place.
    fn paused(&self, captain: &mut PgConnection) -> Result<Option<RunId>, Error> {
        match self.options.supersede || !self.policy.only.is_empty() {
            true => Ok(None),
            false => ledger::paused(captain),
        }
    }

    /// Somebody paused `run` to look: nobody who starts meanwhile does its work without its policy.
    fn leave_alone(&mut self, run: RunId) -> Result<(), Error> {
        match (self.options.if_running, self.direction) {
            (IfRunning::Wait | IfRunning::GoOn, Direction::Up) => {
                self.report.left_to = Some(format!("run {run}, which is paused"));
                Ok(())
            }
            _ => Err(Error::RunPaused(run)),
        }
    }

    /// Refuses, before anything is done, what cannot be done to its end: a function in Rust that another program has, a
    /// migration without a way down.
    fn look_ahead(&self, captain: &mut PgConnection, template: &[String]) -> Result<(), Error> {
        let needed: Vec<&str> = match self.direction {
            Direction::Down => self.versions.iter().map(String::as_str).collect(),
            Direction::Up => {
                let subjects = subjects::read_there(
                    captain,
                    Which::Lacking(&self.catalog.versions()),
                    &self.policy.only,
                )?;
                let missing = |has: &[String], version: &str| !has.iter().any(|v| v == version);
                self.catalog
                    .versions()
                    .into_iter()
                    .filter(|version| {
                        missing(template, version) || subjects.iter().any(|s| missing(&s.applied, version))
                    })
                    .collect()
            }
        };
        for version in needed {
            template::find(&self.loaded, version)?.action(self.direction)?;
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Who asks, if nobody says: the login and the machine.
fn started_by(host: &str) -> String {
    let user = env::var("USER").or_else(|_| env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned());
    format!("{user}@{host}")
}

fn runner(host: &str) -> String {
    format!("{host}, process {}", process::id())
}
