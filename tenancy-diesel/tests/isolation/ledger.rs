//! Who may do what with the ledger of runs.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::Tenancy;
use tenancy_diesel::core::fleet::RunId;

use crate::dedicated::key;
use crate::house::{House, Logins};
use crate::world::{try_value, value};

/// A run, planted by the operator, that is paused.
fn house(logins: Logins) -> House {
    let house = House::with(logins, |builder| builder.secret_key(key()));
    house.sql(
        "INSERT INTO tenancy.runs (direction, versions, policy, state, started_by, runner, ended_at)
         VALUES ('up', '{1}', '{}', 'paused', 'ada@desk', 'desk, process 7', now());
         INSERT INTO tenancy.run_tenants (run_id, tenant_id, slug, schema_name, wave, canary)
         SELECT 1, id, slug, schema_name, 0, false FROM tenancy.tenants",
    );
    house
}

const READS: [&str; 2] = ["SELECT count(*) FROM tenancy.runs", "SELECT count(*) FROM tenancy.run_tenants"];

const WRITES: [&str; 8] = [
    "INSERT INTO tenancy.runs (direction, versions, policy, started_by, runner) VALUES ('up', '{}', '{}', 'me', 'here')",
    "UPDATE tenancy.runs SET state = 'done'",
    "UPDATE tenancy.runs SET pause_requested = true",
    "DELETE FROM tenancy.runs",
    "TRUNCATE tenancy.runs CASCADE",
    "INSERT INTO tenancy.run_tenants SELECT * FROM tenancy.run_tenants",
    "UPDATE tenancy.run_tenants SET state = 'done'",
    "DELETE FROM tenancy.run_tenants",
];

#[test]
fn neither_tenants_nor_owners_of_their_schemas_reach_the_ledger() {
    for logins in [Logins::One, Logins::Two] {
        let house = house(logins);
        house.tenancy.logins().dedicate(&"globex".parse().unwrap()).unwrap();
        for slug in ["acme", "globex"] {
            for sql in READS.iter().chain(&WRITES) {
                let said = house.attempt(slug, sql).unwrap_err();
                assert!(said.contains("permission denied"), "{logins:?} {slug}: {sql}: {said}");
            }
            let said =
                house.attempt_value(slug, "SELECT tenancy.template_versions('base_template')").unwrap_err();
            assert!(said.contains("permission denied"), "{said}");
        }
        for owner in [
            house.truth("SELECT owner_role FROM tenancy.installation"),
            house.truth("SELECT owner_name FROM tenancy.tenants WHERE slug = 'globex'"),
            house.truth("SELECT tenants_role FROM tenancy.installation"),
        ] {
            for table in ["tenancy.runs", "tenancy.run_tenants"] {
                let rights = format!(
                    "SELECT has_any_column_privilege('{owner}', '{table}', 'SELECT, INSERT, UPDATE')"
                );
                assert_eq!(house.truth(&rights), "false", "{logins:?} {owner} {table}");
            }
        }
    }
}

#[test]
fn the_login_that_serves_requests_reads_the_ledger_and_cannot_write_it() {
    let house = house(Logins::Two);
    let mut app = PgConnection::establish(&house.url_as("app")).unwrap();
    assert_eq!([value(&mut app, READS[0]), value(&mut app, READS[1])], ["1", "2"]);
    for sql in WRITES {
        let said = app.batch_execute(sql).unwrap_err().to_string();
        assert!(said.contains("permission denied"), "{sql}: {said}");
    }
    assert!(try_value(&mut app, "SELECT tenancy.template_versions('base_template')").is_err());
    // The same through the library, in a process that knows no operator.
    let service = Tenancy::builder().database_url(house.url_as("app")).build().unwrap();
    assert_eq!(service.runs().latest().unwrap().unwrap().id, RunId(1));
    assert_eq!(service.runs().tenants(RunId(1), None).unwrap().len(), 2);
    assert!(service.runs().prune(chrono::Utc::now()).unwrap_err().to_string().contains("permission denied"));
    house.tenancy.runs().prune(chrono::Utc::now()).unwrap();
    // A dedicated login is no login of the service.
    house.tenancy.logins().dedicate(&"acme".parse().unwrap()).unwrap();
    let login = house.truth("SELECT login_name FROM tenancy.tenants WHERE slug = 'acme'");
    let rights = format!("SELECT has_table_privilege('{login}', 'tenancy.runs', 'SELECT')");
    assert_eq!(house.truth(&rights), "false");
}

#[test]
fn a_login_of_the_service_from_before_the_ledger_reads_it_until_it_is_dismissed() {
    use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
    const REGISTRY: EmbeddedMigrations = embed_migrations!("../migrations/registry");
    let house = house(Logins::Two);
    let mut operator = PgConnection::establish(&house.url_as("operator")).unwrap();
    operator.batch_execute("SET search_path TO tenancy").unwrap();
    while house.truth("SELECT max(version) FROM tenancy.__diesel_schema_migrations").as_str()
        >= "20261123000001"
    {
        operator.revert_last_migration(REGISTRY).unwrap();
    }
    operator.run_pending_migrations(REGISTRY).unwrap();
    let mut app = PgConnection::establish(&house.url_as("app")).unwrap();
    assert_eq!([value(&mut app, READS[0]), value(&mut app, READS[1])], ["0", "0"]);
    house.move_in("initech");
    value(&mut operator, &format!("SELECT tenancy.dismiss_login('{}')", house.role("app")));
    assert!(try_value(&mut app, READS[0]).is_err());
}

#[test]
fn the_operator_reads_the_templates_versions_and_is_itself_afterwards() {
    for logins in [Logins::Superuser, Logins::One, Logins::Two] {
        let house = house(logins);
        let login = match logins {
            Logins::Superuser => house.url().to_owned(),
            Logins::One => house.url_as("app"),
            Logins::Two => house.url_as("operator"),
        };
        let mut operator = PgConnection::establish(&login).unwrap();
        let one_query =
            "SELECT tenancy.template_versions('base_template')::text || ' ' || count(*) FROM tenancy.tenants";
        assert_eq!(value(&mut operator, one_query), "{20260101000000} 2", "{logins:?}");
        operator
            .transaction(|conn| {
                assert_eq!(value(conn, one_query), "{20260101000000} 2");
                assert_eq!(value(conn, "SELECT current_user = session_user"), "true");
                QueryResult::Ok(())
            })
            .unwrap();
        if logins != Logins::Superuser {
            let said = try_value(&mut operator, "SELECT count(*) FROM base_template.people")
                .unwrap_err()
                .to_string();
            assert!(said.contains("permission denied"), "the login itself may not read the template: {said}");
        }
    }
}

#[test]
fn neither_the_doctor_nor_adoption_has_anything_to_say_about_the_ledger() {
    for logins in [Logins::One, Logins::Two] {
        let house = house(logins);
        house.tenancy.roles().apply(&[], |_, result| assert!(result.is_ok(), "{result:?}")).unwrap();
        let diagnosis = house.tenancy.doctor().examine().unwrap();
        assert!(diagnosis.checked.len() > 20, "{:?}", diagnosis.checked);
        let of_ledger = |subject: &String| {
            subject.contains("runs")
                || subject.contains("run_tenants")
                || subject.contains("template_versions")
        };
        let about: Vec<_> =
            diagnosis.findings.iter().filter(|finding| finding.subjects.iter().any(of_ledger)).collect();
        assert!(about.is_empty(), "{logins:?} {about:?}");
    }
}
