//! Each fault by itself: found, and nothing else; its statements, run verbatim, mend it.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;

use crate::faults::{ALL, CODE, ELSEWHERE, Fault, LOGINS, ROLES, SERVER, TENANTS};
use crate::patient::{Patient, codes};

#[test]
fn every_check_has_its_planted_fault() {
    let planted: BTreeSet<_> = ALL.iter().flat_map(|faults| faults.iter()).map(|fault| fault.code).collect();
    let diagnosis = Patient::healthy().examine();
    let checked: BTreeSet<_> = diagnosis.checked.iter().copied().collect();
    assert_eq!(checked.len(), diagnosis.checked.len(), "codes are unique");
    let tested = planted.union(&ELSEWHERE.iter().copied().collect()).copied().collect();
    assert_eq!(checked, tested);
}

#[test]
fn faults_of_logins() {
    plant_each(LOGINS);
}

#[test]
fn faults_of_roles() {
    plant_each(ROLES);
}

#[test]
fn faults_of_tenants() {
    plant_each(TENANTS);
}

#[test]
fn faults_of_code() {
    plant_each(CODE);
}

#[test]
fn faults_of_the_server() {
    plant_each(SERVER);
}

fn plant_each(faults: &[Fault]) {
    // A patient that was healed is as good as new.
    let mut healthy: Option<Patient> = None;
    let mut wrong = Vec::new();
    for fault in faults {
        let patient = healthy.take().filter(|_| fault.is_alone()).unwrap_or_else(Patient::healthy);
        match plant(&patient, fault) {
            Ok(()) if fault.is_alone() => healthy = Some(patient),
            Ok(()) => {}
            Err(what) => wrong.push(format!("{} ({}): {what}", fault.code, fault.plant)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// `patient` is as healthy afterwards as it was before.
fn plant(patient: &Patient, fault: &Fault) -> Result<(), String> {
    let there = "SELECT count(*) FROM pg_available_extensions WHERE name = 'hstore'";
    if fault.code == "extension_in_tenant" && patient.value(there) == "0" {
        return Ok(());
    }
    if fault.apart {
        patient.sql("SELECT tenancy.own_apart(id) FROM tenancy.tenants WHERE slug = 'acme'");
    }
    patient.sql(fault.plant);
    let found = patient.examine();
    let mut expected = [&[fault.code], fault.along].concat();
    expected.sort_unstable();
    if codes(&found) != expected {
        return Err(format!("found {:#?}", found.findings));
    }
    let finding = found.finding(fault.code).unwrap();
    if finding.subjects.is_empty() || finding.why.is_empty() || finding.remedy.is_empty() {
        return Err(format!("says too little: {finding:#?}"));
    }
    for statement in finding.mend() {
        if let Err(error) = patient.bare().batch_execute(statement) {
            return Err(format!("`{statement}` fails: {error}"));
        }
    }
    if !fault.by_hand.is_empty() {
        patient.sql(fault.by_hand);
    } else if finding.mend().len() == 0 {
        return Err("has no statement".to_owned());
    }
    let after = patient.examine();
    if after.finding(fault.code).is_some() || (fault.along.is_empty() && !after.findings.is_empty()) {
        return Err(format!("after {:#?}: {:#?}", finding.mend().collect::<Vec<_>>(), after.findings));
    }
    Ok(())
}
