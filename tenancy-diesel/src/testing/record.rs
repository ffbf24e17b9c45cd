use std::collections::{BTreeMap, BTreeSet, HashMap};

use tenancy_core::name::TenantSlug;

use super::action::{Action, Duty};
use super::fault::Fault;
use super::findings::{Foreign, Missing, Unserved};
use super::inspection::{Found, Inspection};
use super::observed::Observed;
use super::report::IsolationReport;
use super::search::{Hit, Kind, beginning};
use super::sentinel::Sentinel;
use super::step::{Pair, Phase, Step};

/// What is known of the operations so far.
pub(super) struct Record {
    slugs: Vec<TenantSlug>,
    actions: Vec<(String, Duty)>,
    /// Which pair each operation was for, by its number.
    steps: HashMap<u64, Pair>,
    /// How many operations are under way for each sentinel.
    running: Vec<u64>,
    overlaps: u64,
    succeeded: HashMap<(usize, usize), u64>,
    /// Operations whose texts must stand in the database.
    written: BTreeSet<u64>,
    brought_up: Vec<BroughtUp>,
    missing: Vec<Missing>,
    unserved: Vec<Unserved>,
    doubts: Vec<String>,
}

/// A marker that an operation brought up and should not have.
struct BroughtUp {
    operation: u64,
    place: String,
    hit: Hit,
}

impl Record {
    pub(super) fn new<B>(sentinels: &[Sentinel], actions: &[Action<B>]) -> Self {
        Self {
            slugs: sentinels.iter().map(|sentinel| sentinel.slug().clone()).collect(),
            actions: actions.iter().map(|action| (action.name.clone(), action.duty)).collect(),
            running: vec![0; sentinels.len()],
            steps: HashMap::new(),
            overlaps: 0,
            succeeded: HashMap::new(),
            written: BTreeSet::new(),
            brought_up: Vec::new(),
            missing: Vec::new(),
            unserved: Vec::new(),
            doubts: Vec::new(),
        }
    }

    /// An operation begins.
    pub(super) fn begin(&mut self, step: &Step) {
        let own = step.pair.sentinel;
        let others = self.running.iter().enumerate().any(|(other, running)| other != own && *running > 0);
        self.overlaps += u64::from(others);
        self.running[own] += 1;
        self.steps.insert(step.number, step.pair);
    }

    /// An operation ended. `unserved` says that it should not have failed.
    pub(super) fn end(
        &mut self,
        step: &Step,
        observed: &Observed,
        hits: &[(&str, Vec<Hit>)],
        unserved: bool,
    ) {
        let Pair { action, sentinel, .. } = step.pair;
        self.running[sentinel] -= 1;
        let duty = self.actions[action].1;
        let is_own = |hit: &Hit| match duty {
            Duty::Operates => hit.kind == Kind::Label,
            _ => hit.owner == sentinel,
        };
        let mut seen = BTreeSet::new();
        for (place, hits) in hits {
            for hit in hits.iter().filter(|hit| !is_own(hit)) {
                // Once per place is enough.
                if seen.insert((place, hit.owner)) {
                    let place = (*place).to_owned();
                    self.brought_up.push(BroughtUp { operation: step.number, place, hit: hit.clone() });
                }
            }
        }
        let mut all = hits.iter().flat_map(|(_, hits)| hits);
        let saw_own = all.any(|hit| hit.owner == sentinel && hit.kind == Kind::Row);
        let (name, tenant) = (self.actions[action].0.clone(), self.slugs[sentinel].clone());
        if observed.failed {
            if unserved {
                let afterwards = step.phase == Phase::After;
                let instead = shown(observed);
                self.unserved.push(Unserved { tenant, action: name, afterwards, instead });
            }
            return;
        }
        *self.succeeded.entry((action, sentinel)).or_default() += 1;
        match duty {
            Duty::Reads if !saw_own => {
                let instead = shown(observed);
                self.missing.push(Missing { tenant, action: name, operation: step.number, instead });
            }
            Duty::Writes => {
                self.written.insert(step.number);
            }
            _ => {}
        }
    }

    /// A reason why the run proves less than it seems to.
    pub(super) fn doubt(&mut self, reason: String) {
        if !self.doubts.contains(&reason) {
            self.doubts.push(reason);
        }
    }

    /// Everything together.
    pub(super) fn report(
        &mut self,
        seed: u64,
        faults: BTreeMap<Fault, u64>,
        inspection: Inspection,
    ) -> IsolationReport {
        let mut foreign: Vec<_> = self.brought_up.iter().map(|found| self.name(found)).collect();
        foreign.extend(inspection.found.iter().filter(|found| !found.is_home).map(|found| self.place(found)));
        let home = |found: &&Found| found.is_home;
        let arrived: BTreeSet<_> =
            inspection.found.iter().filter(home).filter_map(|found| found.hit.written_by).collect();
        let mut missing = self.missing.clone();
        missing.extend(self.written.difference(&arrived).filter_map(|number| {
            let (tenant, action) = self.who(*number)?;
            let instead = "its text stands nowhere in the tenant's schema".to_owned();
            Some(Missing { tenant, action, operation: *number, instead })
        }));
        self.doubt_faults(&faults);
        self.doubt_coverage();
        self.doubt_database(&inspection);
        IsolationReport {
            seed,
            operations: self.steps.len() as u64,
            succeeded: self.succeeded.values().sum(),
            overlaps: self.overlaps,
            faults,
            tables: inspection.tables,
            foreign,
            missing,
            unserved: self.unserved.clone(),
            unproved: self.doubts.clone(),
        }
    }

    fn doubt_faults(&mut self, faults: &BTreeMap<Fault, u64>) {
        for (fault, _) in faults.iter().filter(|(_, times)| **times == 0) {
            let remedy = match fault {
                Fault::Panic => {
                    "call `Probe::fault_point` in an action, or use `FaultPlan::panics_in_queries`"
                }
                Fault::Cancellation => "actions that wait for something can be dropped while they wait",
                Fault::Timeout | Fault::Kill => {
                    "statements on the sentinels' tables can be hit, by a login that may lock them"
                }
            };
            self.doubt(format!("there were no {fault}: {remedy}, or plan none"));
        }
    }

    fn doubt_coverage(&mut self) {
        if self.slugs.len() < 2 {
            self.doubt("there are fewer than two sentinels".to_owned());
        }
        if !self.actions.iter().any(|(_, duty)| *duty == Duty::Reads) {
            self.doubt("no action `reads`: nothing shows that a marker would come out".to_owned());
        }
        if self.overlaps == 0 {
            self.doubt("no operation ran beside one of another tenant: use more workers".to_owned());
        }
        for action in 0..self.actions.len() {
            for sentinel in 0..self.slugs.len() {
                if !self.succeeded.contains_key(&(action, sentinel)) {
                    let (name, slug) = (&self.actions[action].0, &self.slugs[sentinel]);
                    self.doubt(format!("never succeeded for `{slug}`: {name}"));
                }
            }
        }
    }

    fn doubt_database(&mut self, inspection: &Inspection) {
        for (place, slug) in self.slugs.clone().iter().enumerate() {
            if !inspection.found.iter().any(|found| found.is_home && found.hit.owner == place) {
                self.doubt(format!("the marker of `{slug}` stands nowhere in its schema: plant it"));
            }
        }
        for unread in &inspection.unread {
            self.doubt(unread.clone());
        }
    }

    fn name(&self, found: &BroughtUp) -> Foreign {
        let (asked, action) = match self.who(found.operation) {
            Some((slug, action)) => (Some(slug), action),
            None => (None, String::new()),
        };
        let duty = self.steps.get(&found.operation).map(|pair| self.actions[pair.action].1);
        Foreign {
            tenant: asked.filter(|_| duty != Some(Duty::Operates)),
            owner: self.slugs[found.hit.owner].clone(),
            operation: Some((action, found.operation)),
            place: found.place.clone(),
            written_by: self.writer(&found.hit),
            excerpt: found.hit.excerpt.clone(),
        }
    }

    fn place(&self, found: &Found) -> Foreign {
        Foreign {
            tenant: found.tenant.clone(),
            owner: self.slugs[found.hit.owner].clone(),
            operation: None,
            place: found.place.clone(),
            written_by: self.writer(&found.hit),
            excerpt: found.hit.excerpt.clone(),
        }
    }

    fn writer(&self, hit: &Hit) -> Option<(String, u64)> {
        let number = hit.written_by?;
        Some((self.who(number)?.1, number))
    }

    fn who(&self, operation: u64) -> Option<(TenantSlug, String)> {
        let pair = self.steps.get(&operation)?;
        Some((self.slugs[pair.sentinel].clone(), self.actions[pair.action].0.clone()))
    }
}

/// What came out of an operation, in short.
fn shown(observed: &Observed) -> String {
    // Headers hardly ever say why.
    let parts = observed.parts.iter().filter(|part| !part.place.starts_with("header ")).take(4);
    let parts: Vec<_> = parts.map(|part| format!("{}: {}", part.place, beginning(&part.bytes))).collect();
    if parts.is_empty() { "nothing came out".to_owned() } else { parts.join(" | ") }
}
