//! A server with room for few locks.

use std::fs;

use tenancy_diesel::core::fleet::Policy;
use tenancy_diesel::{Migrations, NewTenant, PoolSettings, RunOptions, Tenancy};

use crate::desk::slug;
use crate::locked::LockedServer;
use crate::order::{assert_done, largest_group};

#[test]
fn where_locks_are_few_groups_shrink_and_everybody_is_migrated() {
    // Room for some two hundred locks.
    let server = LockedServer::start(10, 20);
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, sql: &str| {
        fs::create_dir(directory.path().join(name)).unwrap();
        fs::write(directory.path().join(name).join("up.sql"), sql).unwrap();
    };
    let each = |what: &dyn Fn(usize) -> String| (0..12).map(what).collect::<Vec<_>>().join(";\n");
    write(
        "2026-01-01-000000_tables",
        &each(&|n| format!("CREATE TABLE t{n} (id int PRIMARY KEY, body text)")),
    );
    let tenancy = || {
        let migrations = Migrations::directory(directory.path()).unwrap();
        let pool = PoolSettings { max_size: 1, ..PoolSettings::default() };
        Tenancy::builder().database_url(server.url()).pool(pool).migrations(migrations).build().unwrap()
    };
    let before = tenancy();
    before.init().unwrap();
    before.fleet().migrate_template().unwrap();
    for n in 0..30 {
        before.provisioner().prove_clones(false).create(&NewTenant::new(slug(&format!("t{n:02}")))).unwrap();
    }
    write(
        "2026-02-01-000000_wide",
        &each(&|n| format!("ALTER TABLE t{n} ADD a text; CREATE INDEX ON t{n} (a)")),
    );
    write("2026-02-02-000000_narrow", "ALTER TABLE t0 ADD b int");
    let tenancy = tenancy();
    let options = RunOptions::from(Policy { jobs: Some(2), ..Policy::default() });
    let report = tenancy.fleet().migrate(&options, |_| {}).unwrap();
    assert!(report.is_success(), "{report:?}");
    let mut conn = server.bare();
    assert!(largest_group(&mut conn, report.run.unwrap()) < 30);
    assert_done(&tenancy, &mut conn);
}
