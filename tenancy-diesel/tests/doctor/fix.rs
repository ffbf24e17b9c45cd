use std::collections::BTreeSet;

use crate::faults::{ALL, Fault};
use crate::patient::{Patient, codes};

#[test]
fn safe_faults_are_fixed_and_nothing_else_is() {
    // Everything that can be planted side by side; of each check one.
    let mut seen = BTreeSet::new();
    let patient = Patient::healthy();
    let apart = [
        "template_missing",
        "roles_missing",
        "row_points_elsewhere",
        "login_superuser",
        "tenant_without_role",
    ];
    let side_by_side = |fault: &&Fault| {
        !apart.contains(&fault.code)
            && !fault.apart
            && fault.by_hand.is_empty()
            && fault.code != "extension_in_tenant"
    };
    for fault in ALL.iter().flat_map(|faults| faults.iter()).filter(side_by_side) {
        let taken =
            ["policies_not_enabled", "view_bypasses_policies", "superuser_definer"].contains(&fault.code);
        if seen.insert(fault.code) && !taken {
            patient.sql(fault.plant);
        }
    }
    let before = patient.examine();
    let treatment = patient.tenancy().doctor().fix(&before).unwrap();
    assert_eq!(treatment.failed, []);
    let unsafe_ones: Vec<_> =
        before.findings.iter().filter(|finding| !finding.safe_to_fix).map(|finding| finding.code).collect();
    let mut expected = unsafe_ones.clone();
    expected.sort_unstable();
    assert_eq!(codes(&treatment.diagnosis), expected, "{:#?}", treatment.diagnosis.findings);
    assert!(expected.len() > 10 && before.findings.len() - expected.len() > 7, "{before:#?}");
    let safe: BTreeSet<_> = before
        .findings
        .iter()
        .filter(|finding| finding.safe_to_fix)
        .flat_map(|finding| finding.mend())
        .collect();
    assert_eq!(treatment.fixed.iter().map(String::as_str).collect::<BTreeSet<_>>(), safe);
    for code in unsafe_ones {
        let (then, now) = (before.finding(code).unwrap(), treatment.diagnosis.finding(code).unwrap());
        assert_eq!(then.subjects, now.subjects, "{code}");
    }
}

#[test]
fn an_operator_who_is_no_superuser_fixes_what_the_owner_may() {
    let patient = Patient::stranger();
    patient.sql(
        "CREATE ROLE operator_{db} LOGIN NOINHERIT CREATEROLE PASSWORD 'secret';
         GRANT CREATE, CONNECT ON DATABASE {db} TO operator_{db} WITH GRANT OPTION;",
    );
    let operator = format!("operator_{}", patient.value("current_database()"));
    let patient = patient.operated_by(&operator);
    let tenancy = patient.tenancy();
    tenancy.init().unwrap();
    tenancy.roles().admit(patient.login()).unwrap();
    for slug in ["acme", "globex"] {
        tenancy.provisioner().create(&tenancy_diesel::NewTenant::new(slug.parse().unwrap())).unwrap();
    }
    assert_eq!(patient.examine().findings, []);
    patient.sql(
        "GRANT SELECT ON tenant_acme.notes TO PUBLIC; GRANT SELECT ON tenant_globex.notes TO {acme};
         REVOKE INSERT ON tenant_acme.notes FROM {acme}; DELETE FROM tenancy.logins WHERE name = '{login}';
         CREATE SCHEMA tenant_ghost;",
    );
    let before = patient.examine();
    assert_eq!(
        codes(&before),
        ["foreign_rights", "login_not_admitted", "public_grants", "rights_missing", "schema_without_row"]
    );
    let treatment = tenancy.doctor().fix(&before).unwrap();
    assert_eq!(treatment.failed, []);
    assert_eq!(codes(&treatment.diagnosis), ["schema_without_row"]);
}

#[test]
fn a_statement_that_fails_is_told_and_the_others_are_run() {
    let patient = Patient::healthy();
    patient.sql("ALTER ROLE {acme} LOGIN; GRANT SELECT ON tenant_acme.notes TO PUBLIC");
    let before = patient.examine();
    // Meanwhile somebody dropped the table.
    patient.sql("ALTER TABLE tenant_acme.notes RENAME TO gone");
    let treatment = patient.tenancy().doctor().fix(&before).unwrap();
    assert_eq!(treatment.failed.len(), 1);
    assert!(treatment.failed[0].1.contains("does not exist"), "{treatment:?}");
    assert_eq!(treatment.fixed.len(), 1);
    assert!(treatment.diagnosis.finding("role_attributes").is_none());
}
