//! What a trial tells.

use std::fs;

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::fleet::Policy;
use tenancy_diesel::core::isolation::TenantRoles;
use tenancy_diesel::{Error, Migrations, RunOptions, RustMigration, TrialOptions, TrialTenants};

use super::{SECOND, THIRD, inventory, named, reversible, rows, run, told};
use crate::desk::{Desk, slug};

#[test]
fn a_trial_tells_what_each_migration_changes_and_leaves_nothing() {
    let desk = Desk::new();
    desk.create_many(2);
    rows(&desk, "t00", 7);
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text; UPDATE customers SET email = name || '@example.com';
         ALTER TABLE customers ALTER COLUMN email SET NOT NULL; ALTER TABLE customers ALTER COLUMN name TYPE varchar(80)",
        None,
    );
    desk.write(
        THIRD,
        "CREATE TABLE notes (id bigserial PRIMARY KEY, customer_id uuid REFERENCES customers); DROP TABLE tickets;
         INSERT INTO notes (customer_id) SELECT id FROM customers; SELECT lo_create(0); NOTIFY trials, 'x'",
        None,
    );
    let before = inventory(&desk);
    let mut seen = Vec::new();
    let report =
        desk.tenancy().trial().run(&TrialOptions::default(), |one| seen.push(one.slug.clone())).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_eq!(named(&report), ["(template)", "t00", "t01"]);
    assert_eq!(seen.len(), 3);
    for subject in &report.subjects {
        let names: Vec<_> = subject.migrations.iter().map(|migration| migration.name.as_str()).collect();
        assert_eq!(names, [SECOND, THIRD]);
        let told = told(subject);
        for change in
            ["+ column customers.email", "~ column customers.name", "+ table notes", "- table tickets"]
        {
            assert!(told.iter().any(|one| one == change), "{change}: {told:?}");
        }
        assert!(!told.iter().any(|one| one.contains("__diesel")), "{told:?}");
        assert!(subject.migrations.iter().all(|migration| migration.reversal.is_none()));
    }
    assert_eq!(
        report.subjects.iter().map(|subject| subject.rows).collect::<Vec<_>>(),
        [Some(0), Some(14), Some(0)]
    );
    assert_eq!(inventory(&desk), before);
    // What was tried is what happens.
    assert!(desk.migrate().is_success());
    assert_eq!(desk.value("SELECT count(*) FROM tenant_t00.notes"), "7");
    assert_eq!(
        named(&run(&desk, &TrialOptions::default())),
        Vec::<&str>::new(),
        "nothing is pending any more"
    );
}

#[test]
fn a_tenant_of_each_version_is_tried() {
    let desk = Desk::new();
    desk.create_many(4);
    desk.write(SECOND, "ALTER TABLE customers ADD COLUMN email text", None);
    let only = RunOptions {
        policy: Policy { only: vec![slug("t02")], ..Policy::default() },
        ..RunOptions::default()
    };
    assert!(desk.tenancy().fleet().migrate(&only, |_| {}).unwrap().is_success());
    desk.write(THIRD, "ALTER TABLE customers ADD COLUMN notes text", None);
    let options = |tenants| TrialOptions { tenants, ..TrialOptions::default() };
    let report = run(&desk, &options(TrialTenants::Sample(2)));
    assert!(report.is_success(), "{report:?}");
    assert_eq!(named(&report), ["(template)", "t00", "t02"]);
    assert_eq!(report.subjects[1].migrations.len(), 2);
    assert_eq!(report.subjects[2].migrations.len(), 1);
    assert_eq!(named(&run(&desk, &options(TrialTenants::Sample(0)))), ["(template)"]);
    let these = TrialTenants::Only(vec![slug("t03"), slug("t01")]);
    assert_eq!(named(&run(&desk, &options(these))), ["(template)", "t01", "t03"]);
    let nobody = options(TrialTenants::Only(vec![slug("nobody")]));
    let refused = desk.tenancy().trial().run(&nobody, |_| {});
    assert!(matches!(refused, Err(Error::UnknownTenant(name)) if name == "nobody"));
}

#[test]
fn a_failure_names_the_migration_and_the_others_go_on() {
    let desk = Desk::new();
    desk.create_many(3);
    desk.world.sql(
        "BEGIN; SELECT tenancy.act_as_owner('tenant_t01', true); CREATE TABLE tenant_t01.notes (in_the_way int); COMMIT",
    );
    desk.write(SECOND, "ALTER TABLE customers ADD COLUMN email text", None);
    desk.write(THIRD, "CREATE TABLE notes (id int)", None);
    let before = inventory(&desk);
    let report = run(&desk, &TrialOptions::default());
    assert!(!report.is_success());
    let errors: Vec<_> = report.subjects.iter().map(|subject| subject.error.as_deref()).collect();
    let error = format!("migration {THIRD} of schema `tenant_t01`: relation \"notes\" already exists");
    assert_eq!(errors, [None, None, Some(error.as_str()), None]);
    let applied: Vec<usize> = report.subjects.iter().map(|subject| subject.migrations.len()).collect();
    assert_eq!(applied, [2, 2, 1, 2], "what went well before is told");
    assert_eq!(inventory(&desk), before);
}

#[test]
fn rows_are_what_a_migration_fails_on() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    rows(&desk, "acme", 2);
    desk.write(SECOND, "ALTER TABLE customers ADD COLUMN email text NOT NULL", None);
    let with = run(&desk, &TrialOptions::default());
    let error = with.subjects[1].error.as_deref().unwrap();
    assert!(error.contains("contains null values"), "{error}");
    assert!(with.subjects[0].is_success(), "the template has none");
    let without = run(&desk, &TrialOptions { with_rows: false, ..TrialOptions::default() });
    assert!(without.is_success(), "{without:?}");
    assert_eq!(without.subjects[1].rows, None);
}

#[test]
fn a_function_is_tried_where_the_rows_are() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    rows(&desk, "acme", 2);
    let function = RustMigration::new(SECOND, |tenant| {
        assert_ne!(tenant.schema().as_str(), "tenant_acme");
        let count = crate::world::value(tenant.conn(), "SELECT count(*) FROM customers");
        let expected = if tenant.slug().is_some() { "2" } else { "0" };
        tenant
            .conn()
            .batch_execute("DELETE FROM tickets; DELETE FROM customers; CREATE TABLE counted (id int)")?;
        if count == expected { Ok(()) } else { Err(format!("{count} rows").into()) }
    });
    let migrations = Migrations::directory(desk.directory()).unwrap().with(function.unwrap());
    let service = desk.another_with(|builder| builder.migrations(migrations));
    let before = inventory(&desk);
    let report = service.trial().run(&TrialOptions::default(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_eq!(told(&report.subjects[1]), ["+ table counted"]);
    assert_eq!(inventory(&desk), before);
}

#[test]
fn what_runs_outside_of_a_transaction_is_not_tried_and_that_is_no_failure() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text",
        Some("ALTER TABLE customers DROP COLUMN email"),
    );
    let path = desk.write(
        "2026-02-02-000000_index",
        "CREATE INDEX CONCURRENTLY customers_name ON customers (name)",
        None,
    );
    fs::write(path.join("metadata.toml"), "run_in_transaction = false").unwrap();
    desk.write(THIRD, "CREATE TABLE notes (id int)", None);
    let report = run(&desk, &reversible());
    assert!(report.is_success(), "{report:?}");
    for subject in &report.subjects {
        assert_eq!(subject.migrations.len(), 1);
        assert!(subject.migrations[0].reversal.as_ref().unwrap().is_exact());
        let not_tried = subject.not_tried.as_ref().unwrap();
        assert_eq!(not_tried.migrations, ["2026-02-02-000000_index", THIRD]);
        assert!(not_tried.reason.contains("outside of a transaction"), "{not_tried:?}");
    }
}

#[test]
fn a_value_that_an_earlier_migration_adds_to_an_enum_cannot_be_tried_and_that_is_no_failure() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.write(SECOND, "ALTER TYPE level ADD VALUE 'urgent'", None);
    desk.write(THIRD, "ALTER TABLE tickets ALTER COLUMN level SET DEFAULT 'urgent'", None);
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
    // From PostgreSQL 17 on, a type of the same transaction may be used at once.
    if desk.value("SELECT current_setting('server_version_num')::int < 170000") == "true" {
        let not_tried = report.subjects[1].not_tried.as_ref().unwrap();
        assert_eq!(not_tried.migrations, [THIRD]);
        assert!(not_tried.reason.contains("enum"), "{not_tried:?}");
    }
    assert!(desk.migrate().is_success(), "in transactions of their own they can be applied");
}

#[test]
fn a_template_that_is_not_there_yet_is_tried_in_an_empty_schema() {
    let desk = Desk::new();
    desk.world.sql("DROP SCHEMA base_template CASCADE");
    let before = inventory(&desk);
    let report = run(&desk, &reversible());
    assert!(report.is_success(), "{report:?}");
    assert!(told(&report.subjects[0]).contains(&"+ table tickets".to_owned()));
    assert!(report.subjects[0].migrations[0].reversal.as_ref().unwrap().is_exact());
    assert_eq!(inventory(&desk), before);
}

#[test]
fn a_tenant_with_an_owner_of_its_own_and_a_database_without_roles_are_tried_too() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    rows(&desk, "acme", 1);
    let id = desk.value("SELECT id FROM tenancy.tenants");
    desk.world.sql(&format!("SELECT tenancy.own_apart('{id}')"));
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text; CREATE TABLE notes (id int)",
        Some("DROP TABLE notes; ALTER TABLE customers DROP COLUMN email"),
    );
    let before = inventory(&desk);
    let report = run(&desk, &reversible());
    assert!(report.is_success(), "{report:?}");
    assert_eq!(report.subjects[1].rows, Some(2));
    assert_eq!(inventory(&desk), before);
    assert!(desk.migrate().is_success());

    let bare = crate::world::World::with(4, |builder| {
        builder.tenant_roles(TenantRoles::Off).migrations(Migrations::directory(desk.directory()).unwrap())
    });
    bare.tenancy.provisioner().create(&tenancy_diesel::NewTenant::new(slug("acme"))).unwrap();
    desk.write(THIRD, "CREATE VIEW all_notes AS SELECT * FROM notes", Some("DROP VIEW all_notes"));
    let report = bare.tenancy.trial().run(&reversible(), |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    assert_eq!(named(&report), ["(template)", "acme"]);
    assert!(told(&report.subjects[1]).contains(&"+ view all_notes".to_owned()));
}

#[test]
fn what_cannot_be_cloned_is_told_and_the_others_go_on() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.world.sql("ALTER SCHEMA tenant_t00 RENAME TO elsewhere");
    desk.write(SECOND, "ALTER TABLE customers ADD COLUMN email text", None);
    let report = run(&desk, &TrialOptions::default());
    let error = report.subjects[1].error.as_deref().unwrap();
    assert!(error.contains("schema `tenant_t00` of tenant `t00` does not exist"), "{error}");
    assert!(report.subjects[2].is_success(), "{report:?}");
}
