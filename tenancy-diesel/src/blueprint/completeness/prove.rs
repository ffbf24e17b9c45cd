use std::collections::HashSet;

use tenancy_core::blueprint::{Definition, ObjectId};

use super::checks::{self, Finding};
use super::dependencies::{self, Dependency, How};
use crate::blueprint::catalog::Catalog;
use crate::blueprint::inventory::{Inventory, Refused};
use crate::blueprint::{CaptureError, class};

/// Proves that the inventory holds everything, or refuses what it does not, and connects its objects.
pub(in crate::blueprint) fn prove(
    catalog: &mut Catalog<'_>,
    inventory: &mut Inventory,
) -> Result<(), CaptureError> {
    let dependencies = dependencies::read(catalog)?;
    let mut findings = checks::run(catalog)?;
    for Refused { id, reason, remedy } in std::mem::take(&mut inventory.refused) {
        // What stands outside of the schema says more than what follows from it.
        if findings.iter().all(|finding| finding.id() != id) {
            findings.push(Finding::new(id, reason, remedy));
        }
    }
    include_parts(&dependencies, inventory);
    findings.extend(unaccounted(&dependencies, &findings, inventory));
    if !findings.is_empty() {
        return Err(CaptureError::CannotCarry(checks::describe(catalog, &findings)?));
    }
    let edges: Vec<_> = dependencies
        .iter()
        .filter(|dependency| !is_ownership(dependency, inventory))
        .map(|dependency| (dependency.member, dependency.on))
        .collect();
    inventory.connect(edges);
    let callers = dependencies.iter().filter(|dependency| dependency.text);
    inventory.mark_callers(callers.map(|dependency| dependency.member));
    Ok(())
}

/// A part belongs to the object that what it is a part of belongs to, through any number of steps: the index of
/// a TOAST table to the TOAST table to the table.
fn include_parts(dependencies: &[Dependency], inventory: &mut Inventory) {
    loop {
        let mut grew = false;
        for dependency in dependencies.iter().filter(|dependency| dependency.how == How::Part) {
            if inventory.owners.contains_key(&dependency.member) {
                continue;
            }
            if let Some(share) = inventory.owners.get(&dependency.on).copied() {
                // A view's rule is its query, which a shell of the view has not.
                let late = share.late || dependency.member.class == class::REWRITE;
                inventory.include(dependency.member, share.object, late);
                grew = true;
            }
        }
        if !grew {
            return;
        }
    }
}

/// Members that no object accounts for. What is a part of something refused is not refused once more.
fn unaccounted(dependencies: &[Dependency], findings: &[Finding], inventory: &Inventory) -> Vec<Finding> {
    let mut refused: HashSet<ObjectId> = findings.iter().map(Finding::id).collect();
    let mut found = Vec::new();
    for dependency in dependencies.iter().filter(|dependency| dependency.how == How::Extension) {
        if refused.insert(dependency.on) {
            found.push(Finding::new(
                dependency.on,
                "an extension belongs to a database and not to a tenant",
                "ALTER EXTENSION ... SET SCHEMA to a shared schema",
            ));
        }
        refused.insert(dependency.member);
    }
    let mut missing: Vec<&Dependency> =
        dependencies.iter().filter(|dependency| !inventory.owners.contains_key(&dependency.member)).collect();
    // Parts of what is refused fall away until only those are left that stand for themselves.
    loop {
        let before = refused.len();
        for dependency in &missing {
            let belongs = matches!(dependency.how, How::Part | How::Auto);
            if belongs && dependency.on.class != class::NAMESPACE && refused.contains(&dependency.on) {
                refused.insert(dependency.member);
            }
        }
        missing.retain(|dependency| !refused.contains(&dependency.member));
        if refused.len() == before {
            let Some(next) = missing
                .iter()
                .find(|dependency| dependency.on.class == class::NAMESPACE)
                .or_else(|| missing.first())
            else {
                return found;
            };
            let (reason, remedy) = if next.member.class == class::EXTENSION {
                (
                    "an extension belongs to a database and not to a tenant",
                    "ALTER EXTENSION ... SET SCHEMA to a shared schema",
                )
            } else {
                ("this kind of object is not carried", "put it into a shared schema, or drop it")
            };
            refused.insert(next.member);
            found.push(Finding::new(next.member, reason, remedy));
        }
    }
}

/// A serial's sequence depends on its column because it is dropped with it; it is created before.
fn is_ownership(dependency: &Dependency, inventory: &Inventory) -> bool {
    dependency.how == How::Auto
        && inventory.owners.get(&dependency.member).is_some_and(|share| {
            matches!(inventory.objects[share.object].definition, Definition::Sequence(_))
        })
}
