//! Pending migrations, tried on clones.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::fleet::Policy;
use tenancy_diesel::core::isolation::TenantRoles;
use tenancy_diesel::core::structure::Change;
use tenancy_diesel::{
    Error, Migrations, RunOptions, RustMigration, SubjectTrial, TrialOptions, TrialReport, TrialTenants,
};

use crate::desk::{Desk, slug};
use crate::world::ASLEEP;

const SECOND: &str = "2026-02-01-000000_email";
const THIRD: &str = "2026-03-01-000000_notes";

fn run(desk: &Desk, options: &TrialOptions) -> TrialReport {
    desk.tenancy().trial().run(options, |_| {}).unwrap()
}

fn reversible() -> TrialOptions {
    TrialOptions { reversible: true, ..TrialOptions::default() }
}

/// Everything that a trial could leave behind: schemas, relations, functions, types, roles, memberships, rights, the
/// registry, rows, sequences, large objects, locks.
fn inventory(desk: &Desk) -> String {
    unlocked(desk);
    let tenants = desk.value("SELECT string_agg(schema_name, ' ' ORDER BY schema_name) FROM tenancy.tenants");
    let mut all = desk.value(
        "SELECT concat_ws(E'\\n',
             (SELECT string_agg(nspname || nspowner || coalesce(nspacl::text, ''), ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
             (SELECT md5(string_agg(c::text, ' ' ORDER BY c.oid)) FROM (SELECT oid, relname, relnamespace, relowner, relacl, relnatts, relchecks FROM pg_class WHERE oid >= 16384) c),
             (SELECT md5(string_agg(p.oid || p.prosrc, ' ' ORDER BY p.oid)) FROM pg_proc p WHERE oid >= 16384),
             (SELECT count(*) FROM pg_type), (SELECT count(*) FROM pg_default_acl), (SELECT count(*) FROM pg_constraint),
             (SELECT string_agg(t::text, ' ' ORDER BY t.id) FROM tenancy.tenants t),
             (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM tenancy.runs), (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()))",
    );
    let owner = desk.value("SELECT coalesce((SELECT owner_role FROM tenancy.installation), 'nobody')");
    all.push_str(&desk.value(&format!(
        "SELECT concat_ws(' ', (SELECT count(*) FROM pg_auth_members m WHERE m.member = to_regrole('{owner}') OR m.roleid = to_regrole('{owner}')),
             (SELECT count(*) FROM pg_shdepend WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())))"
    )));
    for schema in tenants.split(' ').filter(|schema| *schema != "NULL").chain(["base_template"]) {
        if desk.value(&format!("SELECT to_regclass('{schema}.tickets') IS NULL")) == "true" {
            continue;
        }
        all.push_str(&desk.value(&format!(
            "SELECT (SELECT coalesce(md5(string_agg(t::text || xmin || ctid, ' ' ORDER BY t::text)), '') FROM {schema}.tickets t) ||
                    (SELECT coalesce(md5(string_agg(c::text || xmin || ctid, ' ' ORDER BY c::text)), '') FROM {schema}.customers c) ||
                    (SELECT last_value || ' ' || is_called FROM {schema}.tickets_id_seq) ||
                    (SELECT string_agg(version || run_on, ' ') FROM {schema}.__diesel_schema_migrations)"
        )));
    }
    all
}

/// Waits until the gate released what sessions held: it runs when a connection is given back.
fn unlocked(desk: &Desk) {
    desk.world.wait_for(
        "SELECT count(*) FROM pg_locks l WHERE (l.locktype = 'advisory' OR l.mode = 'AccessExclusiveLock') \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        "0",
    );
}

fn rows(desk: &Desk, slug: &str, count: usize) {
    desk.world.sql(&format!(
        "INSERT INTO tenant_{slug}.customers (name) SELECT 'customer ' || i FROM generate_series(1, {count}) i;
         INSERT INTO tenant_{slug}.tickets (customer_id) SELECT id FROM tenant_{slug}.customers"
    ));
}

fn told(subject: &SubjectTrial) -> Vec<String> {
    let changes = subject.migrations.iter().flat_map(|migration| &migration.changes);
    changes
        .map(|difference| {
            let sign = match &difference.change {
                Change::Missing => '-',
                Change::Extra => '+',
                Change::Different { .. } => '~',
            };
            format!("{sign} {}", difference.object)
        })
        .collect()
}

fn named(report: &TrialReport) -> Vec<&str> {
    let names = report
        .subjects
        .iter()
        .map(|subject| subject.slug.as_ref().map_or("(template)", |slug| slug.as_str()));
    names.collect()
}

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
fn a_migration_that_ends_its_transaction_is_not_run() {
    for (up, word) in [
        (
            "CREATE TABLE public.left_behind (id int); COMMIT; CREATE TABLE public.left_behind2 (id int)",
            "COMMIT",
        ),
        ("ROLLBACK; CREATE TABLE public.left_behind (id int)", "ROLLBACK"),
        (
            "CREATE TABLE public.left_behind (id int); PREPARE TRANSACTION 'left'",
            "PREPARE TRANSACTION 'left'",
        ),
    ] {
        let desk = Desk::new();
        desk.create("acme").unwrap();
        desk.world.sql("GRANT CREATE ON SCHEMA public TO PUBLIC");
        desk.write(SECOND, up, None);
        let before = inventory(&desk);
        let report = run(&desk, &TrialOptions::default());
        for subject in &report.subjects {
            let error = subject.error.as_deref().unwrap();
            assert!(
                error.contains(SECOND) && error.contains(&format!("not run, because `{word}`")),
                "{error}"
            );
        }
        assert_eq!(inventory(&desk), before);
    }
    // A savepoint of its own ends nothing.
    let desk = Desk::new();
    desk.write(
        SECOND,
        "SAVEPOINT mine; CREATE TABLE a (id int); ROLLBACK TO mine; CREATE TABLE b (id int); RELEASE mine",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
    assert!(told(&report.subjects[0]).contains(&"+ table b".to_owned()));
}

#[test]
fn a_function_that_ends_the_transaction_commits_nothing() {
    for (sql, then) in [
        (
            "CREATE TABLE public.left_behind (id int); COMMIT; CREATE TABLE public.left_behind2 (id int)",
            "SELECT 1",
        ),
        ("CREATE TABLE left_behind (id int); END", "CREATE TABLE public.left_behind2 (id int)"),
        ("ROLLBACK; CREATE TABLE public.left_behind (id int)", "CREATE TABLE public.left_behind2 (id int)"),
        (
            "ROLLBACK",
            "CREATE TABLE public.left_behind (id int); SELECT nextval('tenant_acme.tickets_id_seq')",
        ),
        ("SELECT lo_create(0); PREPARE TRANSACTION 'left'", "SELECT 1"),
    ] {
        let desk = Desk::new();
        desk.create("acme").unwrap();
        desk.world.sql("GRANT CREATE ON SCHEMA public TO PUBLIC");
        let function = RustMigration::new(SECOND, move |tenant| {
            // It does not even look at what went wrong.
            let _ = tenant.conn().batch_execute(sql);
            let _ = tenant.conn().batch_execute(then);
            Ok(())
        });
        let migrations = Migrations::directory(desk.directory()).unwrap().with(function.unwrap());
        desk.write(THIRD, "CREATE TABLE notes (id int)", None);
        let service = desk.another_with(|builder| builder.migrations(migrations));
        let before = inventory(&desk);
        let report = service.trial().run(&TrialOptions::default(), |_| {}).unwrap();
        for subject in &report.subjects {
            let error = subject.error.as_deref().unwrap();
            assert!(error.contains(SECOND) && error.contains("nothing of it was kept"), "{sql}: {error}");
            assert!(subject.migrations.is_empty());
        }
        assert_eq!(inventory(&desk), before, "{sql}");
    }
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
fn a_connection_that_is_killed_in_the_middle_leaves_nothing_and_the_next_subject_is_tried() {
    let desk = Desk::new();
    desk.create_many(2);
    rows(&desk, "t00", 2);
    desk.write(
        SECOND,
        "CREATE TABLE notes (id int); SELECT pg_sleep(20) FROM customers LIMIT 1; SELECT 1",
        None,
    );
    let before = inventory(&desk);
    let report = thread::scope(|scope| {
        let trial = scope.spawn(|| run(&desk, &TrialOptions::default()));
        desk.world.wait_for(ASLEEP, "1");
        desk.value(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
        );
        trial.join().unwrap()
    });
    assert_eq!(named(&report), ["(template)", "t00", "t01"]);
    let failed: Vec<bool> = report.subjects.iter().map(|subject| subject.error.is_some()).collect();
    assert_eq!(failed, [false, true, false], "{report:?}");
    assert!(report.subjects[1].error.as_deref().unwrap().contains(SECOND), "{report:?}");
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
fn down_is_proved_to_undo_up_or_what_differs_is_named() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    rows(&desk, "acme", 3);
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text; CREATE INDEX by_name ON customers (name)",
        Some("DROP INDEX by_name; ALTER TABLE customers DROP COLUMN email"),
    );
    desk.write(
        THIRD,
        "ALTER TABLE customers ALTER COLUMN name DROP NOT NULL; CREATE TABLE notes (id int)",
        Some("DROP TABLE notes"),
    );
    desk.write("2026-04-01-000000_more", "CREATE TABLE IF NOT EXISTS more (id int)", Some("DROP TABLE more"));
    let before = inventory(&desk);
    let report = run(&desk, &reversible());
    assert!(!report.is_success());
    for subject in &report.subjects {
        assert_eq!(subject.error, None);
        let reversals: Vec<_> =
            subject.migrations.iter().map(|migration| migration.reversal.as_ref().unwrap()).collect();
        assert!(reversals[2].is_exact(), "{reversals:?}");
        assert_eq!(reversals[1].left[0].to_string(), "column customers.name differs in not null");
        assert_eq!((reversals[1].left.len(), &reversals[1].error), (1, &None));
        assert!(reversals[1].again.is_empty(), "{reversals:?}");
        // What the newer one left is there when the older one is undone.
        assert_eq!(reversals[0].left, reversals[1].left);
    }
    assert_eq!(inventory(&desk), before);
}

#[test]
fn a_migration_without_a_way_down_or_that_cannot_be_applied_again_is_named() {
    let desk = Desk::new();
    desk.write(
        SECOND,
        "ALTER TABLE customers ADD COLUMN email text",
        Some("ALTER TABLE customers DROP COLUMN email"),
    );
    let third = desk.write(THIRD, "CREATE TABLE notes (id int)", None);
    let report = run(&desk, &reversible());
    let [second, newest] = report.subjects[0].migrations.as_slice() else { panic!("{report:?}") };
    let error = newest.reversal.as_ref().unwrap().error.as_deref().unwrap();
    assert!(error.starts_with("down: ") && error.contains(THIRD), "{error}");
    assert_eq!(second.reversal, None, "an older one is not reverted before it");
    assert!(!report.is_success());
    fs::write(third.join("down.sql"), "SELECT 1").unwrap();
    let report = run(&desk, &reversible());
    let reversal = report.subjects[0].migrations[1].reversal.as_ref().unwrap();
    assert_eq!(reversal.left[0].to_string(), "table notes is extra");
    let error = reversal.error.as_deref().unwrap();
    assert!(error.starts_with("up again: ") && error.contains("already exists"), "{error}");
}

#[test]
fn each_migration_begins_with_the_settings_of_a_new_session() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.write(
        SECOND,
        "SET LOCAL lock_timeout = '1h'; SET LOCAL search_path TO public; SET statement_timeout = 1234; SET ROLE NONE;
         SET default_transaction_read_only = off",
        None,
    );
    desk.write(
        THIRD,
        "DO $$ BEGIN
             IF current_setting('lock_timeout') <> '2s' OR current_setting('statement_timeout') = '1234ms'
                OR current_setting('search_path') NOT LIKE '%tenancy_trial%' OR current_setting('enable_seqscan') <> 'on'
                OR current_setting('check_function_bodies') <> 'on' OR current_setting('row_security') <> 'on'
             THEN RAISE EXCEPTION '% %', current_setting('lock_timeout'), current_setting('search_path'); END IF;
         END $$",
        None,
    );
    let report = run(&desk, &reversible());
    assert!(report.subjects.iter().all(|subject| subject.error.is_none()), "{report:?}");
    // As it will be: a clone is made without looking into bodies.
    desk.write(
        "2026-04-01-000000_broken",
        "CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT nothing'",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    assert!(
        report.subjects.iter().all(|subject| subject.error.as_deref().unwrap().contains("nothing")),
        "{report:?}"
    );
}

#[test]
fn what_a_commit_refuses_is_undone_and_the_others_are_tried_on() {
    let desk = Desk::new();
    desk.write(SECOND, "CREATE TABLE a (id int)", Some("DROP TABLE a"));
    desk.write(
        THIRD,
        "CREATE TABLE b (id int PRIMARY KEY, other int REFERENCES b DEFERRABLE INITIALLY DEFERRED)",
        Some("INSERT INTO b VALUES (1, 2)"),
    );
    let report = run(&desk, &reversible());
    let migrations = &report.subjects[0].migrations;
    let error = migrations[1].reversal.as_ref().unwrap().error.as_deref().unwrap();
    assert!(error.starts_with("down: ") && error.contains("foreign key"), "{error}");
    assert_eq!((&migrations[0].reversal, &report.subjects[0].error), (&None, &None));
}

#[test]
fn what_ends_with_a_transaction_is_not_there_in_the_next_migration() {
    let desk = Desk::new();
    let sql = "CREATE TEMP TABLE staging ON COMMIT DROP AS SELECT 1 AS id; DECLARE mine CURSOR FOR SELECT 1";
    desk.write(SECOND, sql, Some(sql));
    desk.write(THIRD, &format!("{sql}; CLOSE ALL"), Some(sql));
    let before = inventory(&desk);
    let report = run(&desk, &reversible());
    assert!(report.is_success(), "{report:?}");
    assert_eq!(report.subjects[0].migrations.len(), 2);
    assert_eq!(inventory(&desk), before);
}

#[test]
fn what_is_checked_at_a_commit_is_checked_after_each_migration() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    rows(&desk, "acme", 2);
    desk.write(
        SECOND,
        "ALTER TABLE tickets ADD CONSTRAINT later FOREIGN KEY (customer_id) REFERENCES customers DEFERRABLE INITIALLY DEFERRED;
         UPDATE tickets SET customer_id = customer_id",
        None,
    );
    // Inserted and altered in one transaction this would be refused: "pending trigger events".
    desk.write(THIRD, "INSERT INTO tickets (customer_id) SELECT id FROM customers", None);
    desk.write("2026-04-01-000000_alter", "ALTER TABLE tickets ADD COLUMN more int", None);
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
    // Still deferred, and checked in the end.
    desk.write(
        "2026-05-01-000000_order",
        "ALTER TABLE tickets DROP CONSTRAINT tickets_customer_id_fkey;
         INSERT INTO tickets (customer_id) VALUES ('00000000-0000-0000-0000-000000000001');
         INSERT INTO customers (id, name) VALUES ('00000000-0000-0000-0000-000000000001', 'late')",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
    desk.write(
        "2026-06-01-000000_nobody",
        "INSERT INTO tickets (customer_id) VALUES ('00000000-0000-0000-0000-000000000002')",
        None,
    );
    let report = run(&desk, &TrialOptions::default());
    let error = report.subjects[1].error.as_deref().unwrap();
    assert!(error.contains("later"), "{error}");
    assert!(!desk.migrate().is_success(), "and so it is");
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
fn a_trial_waits_two_seconds_and_no_request_waits_for_it() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.write(SECOND, "SELECT pg_sleep(1)", None);
    let mut holding = desk.world.bare();
    holding.batch_execute("BEGIN; LOCK tenant_t00.tickets IN ACCESS EXCLUSIVE MODE").unwrap();
    let began = Instant::now();
    let report = thread::scope(|scope| {
        let trial = scope.spawn(|| run(&desk, &TrialOptions::default()));
        desk.world.wait_for(ASLEEP, "1");
        let acme = desk.world.find("t01");
        let mut conn = desk.tenancy().connect(&acme).unwrap();
        conn.batch_execute("INSERT INTO customers (name) VALUES ('now')").unwrap();
        trial.join().unwrap()
    });
    let failed: Vec<bool> = report.subjects.iter().map(|subject| subject.error.is_some()).collect();
    assert_eq!(failed, [false, true, false], "{report:?}");
    assert!(report.subjects[1].error.as_deref().unwrap().contains("lock timeout"), "{report:?}");
    assert!(began.elapsed() < Duration::from_secs(30));
    holding.batch_execute("COMMIT").unwrap();
    let report = run(&desk, &TrialOptions::default());
    assert!(report.is_success(), "{report:?}");
}

#[test]
fn a_tenant_that_is_being_migrated_is_not_tried_at_the_same_time() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.write(SECOND, "ALTER TABLE customers ADD COLUMN email text", None);
    let id = desk.value("SELECT id FROM tenancy.tenants");
    let mut runner = desk.world.bare();
    runner.batch_execute(&format!("SELECT pg_advisory_lock(1952804461, hashtext('{id}'))")).unwrap();
    let report = run(&desk, &TrialOptions::default());
    let error = report.subjects[1].error.as_deref().unwrap();
    assert!(error.contains("neither migrated nor dropped"), "{error}");
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
