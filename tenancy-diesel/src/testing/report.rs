use std::collections::BTreeMap;
use std::fmt::{self, Display};

use super::fault::Fault;
use super::findings::{Foreign, Missing, Unserved};

/// What a run found out. [`assert_isolated!`](crate::assert_isolated) panics with it unless it is clean.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use = "a report that nobody looks at proves nothing"]
pub struct IsolationReport {
    /// Repeats the choices of the run (not the machine's timing): `TENANCY_TESTING_SEED`.
    pub seed: u64,
    /// How many operations ran.
    pub operations: u64,
    /// How many of them succeeded.
    pub succeeded: u64,
    /// How many began while one of another tenant was under way.
    pub overlaps: u64,
    /// What went wrong on purpose, how often.
    pub faults: BTreeMap<Fault, u64>,
    /// How many tables were searched afterwards.
    pub tables: u64,
    /// Markers where they do not belong.
    pub foreign: Vec<Foreign>,
    /// Markers that are not where they belong.
    pub missing: Vec<Missing>,
    /// What failed although nothing was done to it.
    pub unserved: Vec<Unserved>,
    /// Why the run proves less than it seems to: a check that cannot fail is none.
    pub unproved: Vec<String>,
}

/// How many findings of a kind are shown.
const SHOWN: usize = 10;

impl IsolationReport {
    /// Nothing was found, and the run could have found something.
    #[must_use]
    pub fn is_isolated(&self) -> bool {
        self.foreign.is_empty()
            && self.missing.is_empty()
            && self.unserved.is_empty()
            && self.unproved.is_empty()
    }

    /// What [`assert_isolated!`](crate::assert_isolated) does.
    ///
    /// # Panics
    ///
    /// Unless [`is_isolated`](Self::is_isolated), with the whole report.
    #[track_caller]
    #[allow(clippy::panic, reason = "for tests, which fail by panicking")]
    pub fn assert_isolated(&self) {
        if !self.is_isolated() {
            panic!("{self}");
        }
    }
}

impl Display for IsolationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_isolated() { "isolated" } else { "NOT PROVED TO BE ISOLATED" };
        writeln!(
            f,
            "{verdict}: {} operations, {} succeeded, {} beside another tenant's; {} tables searched",
            self.operations, self.succeeded, self.overlaps, self.tables
        )?;
        let faults: Vec<_> = self.faults.iter().map(|(fault, times)| format!("{times} {fault}")).collect();
        let faults = if faults.is_empty() { "none".to_owned() } else { faults.join(", ") };
        writeln!(f, "  faults: {faults}")?;
        writeln!(f, "  again with TENANCY_TESTING_SEED={}", self.seed)?;
        section(f, "foreign: a tenant's marker where it does not belong", &self.foreign)?;
        section(f, "missing: a success without the tenant's own marker", &self.missing)?;
        section(f, "unserved: failed although nothing was done to it", &self.unserved)?;
        section(f, "unproved: this run could not have failed", &self.unproved)
    }
}

fn section(f: &mut fmt::Formatter<'_>, title: &str, items: &[impl Display]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {} {title}", items.len())?;
    items.iter().take(SHOWN).try_for_each(|item| writeln!(f, "    {item}"))?;
    if items.len() > SHOWN { writeln!(f, "    and {} more", items.len() - SHOWN) } else { Ok(()) }
}
