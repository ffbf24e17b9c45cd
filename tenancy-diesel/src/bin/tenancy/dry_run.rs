//! What `--dry-run` prints.

use std::collections::BTreeMap;

use serde::Serialize;
use tenancy_diesel::core::fleet::{Canaries, FleetPlan, Policy};
use tenancy_diesel::core::name::{SchemaName, TenantSlug};

use crate::context::Context;
use crate::output;
use crate::words;

/// With more tenants than these, people get numbers.
const FEW: usize = 50;

/// What there is to do.
#[derive(Serialize)]
pub(crate) struct DryRun {
    template: Vec<String>,
    tenants: Vec<Planned>,
}

#[derive(Serialize)]
struct Planned {
    slug: TenantSlug,
    schema: SchemaName,
    /// From 1.
    wave: usize,
    canary: bool,
    /// In the order in which they run.
    pending: Vec<String>,
}

impl DryRun {
    /// `template`: what is done to it.
    pub(crate) fn new(template: Vec<String>, plan: &FleetPlan) -> Self {
        let mut tenants = Vec::with_capacity(plan.len());
        for (number, wave) in plan.waves.iter().enumerate() {
            tenants.extend(wave.tenants.iter().map(|tenant| Planned {
                slug: tenant.slug.clone(),
                schema: tenant.schema.clone(),
                wave: number + 1,
                canary: wave.canary,
                pending: plan.needed_by(tenant).iter().map(|migration| migration.name.clone()).collect(),
            }));
        }
        Self { template, tenants }
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.template.is_empty() && self.tenants.is_empty()
    }

    /// Prints it. `verb`: apply or revert.
    pub(crate) fn tell(&self, context: &Context, verb: &str) -> anyhow::Result<()> {
        context.out.result(self, || if self.tenants.len() > FEW { self.numbers() } else { self.names() })?;
        let steps: usize = self.tenants.iter().map(|tenant| tenant.pending.len()).sum();
        let waves = self.tenants.last().map_or(0, |tenant| tenant.wave);
        let in_waves = if waves > 1 { format!(", in {waves} waves") } else { String::new() };
        context.out.remark(&format!(
            "dry run, nothing was changed: {} to {verb} in {}{in_waves}",
            words::count(steps, "migration"),
            words::count(self.tenants.len(), "tenant")
        ));
        Ok(())
    }

    fn names(&self) -> String {
        let mut table = output::table(["WAVE", "TENANT", "MIGRATION"]);
        for name in &self.template {
            table.add_row(["-", "(template)", name]);
        }
        for tenant in &self.tenants {
            for name in &tenant.pending {
                table.add_row([&wave(tenant.wave, tenant.canary), tenant.slug.as_str(), name]);
            }
        }
        output::lines(&mut table)
    }

    /// Of each wave, who needs the same.
    fn numbers(&self) -> String {
        let mut alike: BTreeMap<(usize, bool, &[String]), usize> = BTreeMap::new();
        for tenant in &self.tenants {
            *alike.entry((tenant.wave, tenant.canary, &tenant.pending)).or_default() += 1;
        }
        let mut table = output::table(["WAVE", "TENANTS", "MIGRATIONS"]);
        if !self.template.is_empty() {
            table.add_row(["-", "(template)", &self.template.join("\n")]);
        }
        for ((number, canary, pending), count) in alike {
            table.add_row([&wave(number, canary), &count.to_string(), &pending.join("\n")]);
        }
        output::lines(&mut table)
    }
}

fn wave(number: usize, canary: bool) -> String {
    if canary { format!("{number} (canaries)") } else { number.to_string() }
}

/// Says which canaries have nothing to do in `plan`.
pub(crate) fn tell_of_idle_canaries(context: &Context, policy: &Policy, plan: &FleetPlan) {
    let Canaries::Named(canaries) = &policy.canaries else { return };
    let busy = plan.waves.iter().filter(|wave| wave.canary).flat_map(|wave| &wave.tenants);
    let busy: Vec<_> = busy.map(|tenant| &tenant.slug).collect();
    let idle: Vec<_> =
        canaries.iter().filter(|slug| !busy.contains(slug)).map(|slug| format!("`{slug}`")).collect();
    match (idle.len(), busy.len()) {
        (0, _) => {}
        (_, 0) => context.out.remark("no canary has anything to do: nobody goes first"),
        (1, _) => context.out.remark(&format!("canary {} has nothing to do", idle.join(", "))),
        _ => context.out.remark(&format!("canaries {} have nothing to do", idle.join(", "))),
    }
}
