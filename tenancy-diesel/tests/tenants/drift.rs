//! Tenants compared with the template.

use tenancy_diesel::{DriftOptions, DriftReport, Error, Side, Standing, TenantRoles};

use crate::desk::{Desk, slug};

fn check(desk: &Desk) -> DriftReport {
    desk.tenancy().drift().check(&DriftOptions::default(), |_| {}).unwrap()
}

/// What is said about each tenant that is not the same.
fn told(report: &DriftReport) -> Vec<String> {
    let told = report.tenants.iter().map(|tenant| match &tenant.standing {
        Standing::Drifted { differences } => {
            let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
            format!("{}: {}", tenant.slug, differences.join("; "))
        }
        standing => format!("{}: {standing:?}", tenant.slug),
    });
    told.collect()
}

#[test]
fn tenants_with_roles_and_without_are_the_same_as_the_template() {
    for roles in [TenantRoles::On, TenantRoles::Off] {
        let desk = Desk::new();
        desk.create_many(3);
        let service = desk.another_with(|builder| builder.tenant_roles(roles));
        service.provisioner().create(&tenancy_diesel::NewTenant::new(slug("last"))).unwrap();
        service.provisioner().suspend(&slug("last")).unwrap();
        let mut seen = 0;
        let report = service.drift().check(&DriftOptions::default(), |_| seen += 1).unwrap();
        assert_eq!((told(&report), report.same, seen), (vec![], 4, 4));
        assert!(report.is_clean());
    }
}

#[test]
fn tenants_that_were_migrated_are_the_same_as_those_that_were_cloned_after_it() {
    let desk = Desk::new();
    desk.create("early").unwrap();
    desk.write(
        "2026-01-02-000000_more",
        "CREATE TABLE notes (id bigserial PRIMARY KEY, body text); ALTER TABLE customers DROP name; \
         ALTER TABLE customers ADD title text NOT NULL DEFAULT 'x'; ALTER TYPE level ADD VALUE 'middle' BEFORE 'high'; \
         CREATE FUNCTION f() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM notes); \
         CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM notes",
        None,
    );
    assert!(desk.migrate().is_success());
    desk.create("late").unwrap();
    let report = check(&desk);
    assert_eq!((told(&report), report.same), (vec![], 2));
}

#[test]
fn rights_beyond_those_of_every_tenants_role_are_drift() {
    let desk = Desk::new();
    let role = desk.create("acme").unwrap().role.unwrap().as_str().to_owned();
    desk.create("globex").unwrap();
    desk.world.sql(&format!("GRANT TRUNCATE ON tenant_acme.tickets TO {role}"));
    assert_eq!(told(&check(&desk)), ["acme: table tickets differs in privileges"]);
    desk.world.sql(&format!(
        "REVOKE TRUNCATE ON tenant_acme.tickets FROM {role}; GRANT SELECT ON tenant_globex.tickets TO {role}"
    ));
    assert_eq!(told(&check(&desk)), ["globex: table tickets differs in privileges"]);
}

#[test]
fn every_way_of_not_being_the_template_is_told_apart() {
    let desk = Desk::new();
    desk.create_many(4);
    desk.world.sql(
        "ALTER TABLE tenant_t00.tickets RENAME TO issues; DROP SCHEMA tenant_t01 CASCADE; \
         UPDATE tenancy.tenants SET migrations = '{}' WHERE slug = 't02'",
    );
    let report = check(&desk);
    let standings: Vec<_> = report.tenants.iter().map(|tenant| &tenant.standing).collect();
    assert!(matches!(standings[0], Standing::Drifted { differences } if differences.len() > 1));
    assert_eq!(standings[1], &Standing::SchemaMissing);
    assert_eq!(
        standings[2],
        &Standing::OtherVersion { pending: vec!["20260101000000".to_owned()], ahead: Vec::new() }
    );
    assert_eq!((standings.len(), report.same, report.drifted().count()), (3, 1, 2));
    assert_eq!(report.not_compared().count(), 1);
}

#[test]
fn data_in_a_materialized_view_is_no_drift() {
    let desk = Desk::new();
    desk.world.sql("CREATE MATERIALIZED VIEW base_template.m AS SELECT 1 AS x WITH NO DATA");
    desk.create("acme").unwrap();
    desk.world.sql("REFRESH MATERIALIZED VIEW tenant_acme.m");
    assert_eq!(told(&check(&desk)), [""; 0]);
}

#[test]
fn a_kind_that_only_one_tenant_has_is_seen_in_the_middle_of_a_check() {
    let desk = Desk::new();
    desk.create_many(3);
    desk.world.sql("CREATE COLLATION tenant_t01.c (locale = 'C'); CREATE DOMAIN tenant_t02.d AS text");
    assert_eq!(told(&check(&desk)), ["t01: collation c is extra", "t02: domain d is extra"]);
}

#[test]
fn a_schema_of_another_owner_is_looked_at_too() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.world.sql(
        "DO $$ BEGIN CREATE ROLE tenancy_drift_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         ALTER SCHEMA tenant_t00 OWNER TO tenancy_drift_role",
    );
    let told = told(&check(&desk));
    // A schema may have an owner of its own; what stands in it must then be the owner's, too.
    assert!(
        told.len() == 1
            && told[0].starts_with("t00: ")
            && told[0].contains("table tickets differs in owner, privileges"),
        "{told:?}"
    );
}

#[test]
fn two_schemas_are_compared_whatever_they_are() {
    let desk = Desk::new();
    desk.create_many(2);
    let (a, b) = (Side::Tenant(slug("t00")), Side::Tenant(slug("t01")));
    let drift = desk.tenancy().drift();
    assert_eq!(drift.diff(&a, &b).unwrap(), []);
    assert_eq!(drift.diff(&Side::Template, &b).unwrap(), []);
    desk.world.sql("ALTER TABLE tenant_t01.tickets ADD note text");
    assert_eq!(drift.diff(&a, &b).unwrap()[0].to_string(), "column tickets.note is extra");
    assert_eq!(drift.diff(&b, &a).unwrap()[0].to_string(), "column tickets.note is missing");
    let nobody = drift.diff(&a, &Side::Tenant(slug("nobody")));
    assert!(matches!(nobody, Err(Error::UnknownTenant(name)) if name == "nobody"));
}

#[test]
fn a_check_without_tenants_still_misses_the_template() {
    let desk = Desk::new();
    assert_eq!(check(&desk).same, 0);
    desk.world.sql("DROP SCHEMA base_template CASCADE");
    let error = desk.tenancy().drift().check(&DriftOptions::default(), |_| {}).unwrap_err();
    assert!(error.to_string().contains("no schema `base_template`"), "{error}");
}
