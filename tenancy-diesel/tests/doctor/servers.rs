use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_diesel::embedded::EmbeddedPostgres;
use tenancy_diesel::{PoolSettings, Tenancy};

use crate::patient::{Patient, codes};

#[test]
fn a_template_that_the_lock_table_cannot_hold_is_told() {
    let home = tempfile::tempdir().unwrap();
    let server = EmbeddedPostgres::builder()
        .data_dir(home.path().join("data"))
        .durable(false)
        .setting("max_connections", "20")
        .setting("max_locks_per_transaction", "10")
        .start()
        .unwrap();
    let url = server.url("postgres");
    let tenancy = Tenancy::builder()
        .database_url(&url)
        .pool(PoolSettings { max_size: 2, min_idle: Some(0), ..PoolSettings::default() })
        .build()
        .unwrap();
    tenancy.init().unwrap();
    let found = || tenancy.doctor().examine().unwrap();
    assert!(found().finding("locks").is_none());
    let mut bare = PgConnection::establish(&url).unwrap();
    for n in 0..30 {
        bare.batch_execute(&format!("CREATE TABLE base_template.t{n} (id serial PRIMARY KEY, body text)"))
            .unwrap();
    }
    let diagnosis = found();
    let finding = diagnosis.finding("locks").unwrap();
    assert_eq!(finding.subjects, ["schema base_template: 150 relations, room for 200 locks"]);
    let statement = finding.mend().next().unwrap().to_owned();
    assert_eq!(statement, "ALTER SYSTEM SET max_locks_per_transaction = 20");
    bare.batch_execute(&statement).unwrap();
}

#[test]
fn a_pool_that_the_server_cannot_hold_is_told() {
    let patient = Patient::healthy();
    let pool = PoolSettings { max_size: 5000, min_idle: Some(0), ..PoolSettings::default() };
    let diagnosis = patient.configured(|builder| builder.pool(pool)).doctor().examine().unwrap();
    assert_eq!(codes(&diagnosis), ["connections"]);
    assert!(diagnosis.findings[0].subjects[0].contains("5006 wanted"), "{diagnosis:?}");
}
