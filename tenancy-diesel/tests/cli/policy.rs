//! What `tenancy migrate` can be told of how to go about it: each option at least once.

use crate::support::Operator;

/// Tenants t000, t001, .. with a migration that fails in those that are `broken`.
fn fleet(tenants: usize, broken: &[usize]) -> Operator {
    let operator = Operator::initialized();
    operator.tenants(tenants);
    for number in broken {
        operator.sql(&format!("CREATE TABLE tenant_t{number:03}.notes (in_the_way int)"));
    }
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator
}

/// A migration that is done at once in the template, and does `sql` in tenants.
fn in_tenants(operator: &Operator, sql: &str) {
    let up = format!("DO $$ BEGIN IF current_schema() <> 'base_template' THEN {sql}; END IF; END $$");
    operator.migration(1, "notes", &up, "SELECT 1");
}

fn state(operator: &Operator, state: &str) -> i64 {
    operator.count(&format!("SELECT count(*) FROM tenancy.run_tenants WHERE state = '{state}'"))
}

#[test]
fn a_canary_that_fails_keeps_everybody_else_as_they_were() {
    let operator = fleet(6, &[4]);
    let ran = operator.tenancy("migrate --canary t004 --canary t001");
    let said = ran.failed(1);
    assert!(said.contains("canaries: 2 tenants"), "{ran:?}");
    assert!(said.contains("t004: ") && said.contains("\"notes\" already exists"), "{ran:?}");
    assert!(said.contains("stopped: the canary `t004` failed"), "{ran:?}");
    assert!(said.contains("`tenancy runs show 1 --failed`"), "{ran:?}");
    assert_eq!((state(&operator, "failed"), state(&operator, "pending")), (1, 4), "{ran:?}");
    operator.sql("DROP TABLE tenant_t004.notes");
    operator.tenancy("migrate --resume").ok();
    assert_eq!(state(&operator, "done"), 6);
}

#[test]
fn canaries_that_do_not_exist_are_named_and_those_with_nothing_to_do_are_told() {
    let operator = fleet(3, &[]);
    for command in ["migrate", "migrate --dry-run", "revert --yes"] {
        let unknown = operator.tenancy(&format!("{command} --canary t001 --canary nobody"));
        assert!(unknown.failed(1).contains("there is no tenant `nobody`"), "{command}: {unknown:?}");
    }
    operator.tenancy("migrate --only t002").ok();
    let idle = operator.tenancy("migrate --dry-run --canary t001 --canary t002");
    idle.ok();
    assert!(idle.stderr.contains("canary `t002` has nothing to do"), "{idle:?}");
    let idle = operator.tenancy("migrate --canary t002");
    idle.ok();
    assert!(idle.stderr.contains("no canary has anything to do: nobody goes first"), "{idle:?}");
}

#[test]
fn a_run_pauses_after_its_canaries_when_it_is_told_to() {
    let operator = fleet(10, &[]);
    let ran = operator.tenancy("migrate --canaries 2 --pause-after-canaries");
    let said = ran.failed(1);
    assert!(said.contains("paused: the canaries are done"), "{ran:?}");
    assert!(said.contains("\n`tenancy migrate --resume 1` goes on with what is left"), "{ran:?}");
    assert!(ran.stdout.starts_with("migrated 2 of 10 tenants in "), "{ran:?}");
    assert!(operator.tenancy("migrate --resume").ok().starts_with("migrated 8 tenants in "));
}

#[test]
fn waves_follow_each_other() {
    let operator = fleet(10, &[]);
    let lines = operator.tenancy("migrate --canaries 1 --wave-size 4 --json").lines();
    let waves: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "wave")
        .map(|line| {
            (line["wave"].as_u64().unwrap(), line["canary"] == true, line["tenants"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(waves, [(1, true, 1), (2, false, 4), (3, false, 4), (4, false, 1)]);
}

#[test]
fn a_run_ends_when_its_error_budget_is_spent() {
    for (options, failed) in [
        ("--stop-at-failure", 1),
        ("--max-failures 2", 2),
        ("--max-failure-percent 30", 3),
        ("--keep-going", 10),
    ] {
        let operator = fleet(10, &(0..10).collect::<Vec<_>>());
        let ran = operator.tenancy(&format!("migrate --jobs 1 --group 1 {options}"));
        let said = ran.failed(1);
        let counts = (state(&operator, "failed"), state(&operator, "pending"));
        assert_eq!(counts, (failed, 10 - failed), "{options}: {ran:?}");
        if failed < 10 {
            let spent = format!("stopped: the error budget is spent: {failed} failed");
            assert!(said.contains(&spent), "{options}: {ran:?}");
        }
    }
}

#[test]
fn tenants_go_one_by_one_when_groups_are_of_one() {
    let operator = fleet(12, &[]);
    operator.tenancy("migrate --jobs 1 --group 1").ok();
    // The moment at which a transaction began.
    assert_eq!(operator.count("SELECT count(DISTINCT began_at) FROM tenancy.run_tenants"), 12);
}

#[test]
fn whoever_cannot_be_locked_is_tried_so_often_and_so_long() {
    let operator = fleet(1, &[]);
    operator.migration(1, "notes", "ALTER TABLE tickets ADD COLUMN prio int", "SELECT 1");
    let mut reader = operator.session();
    reader.run("BEGIN; SELECT * FROM tenant_t000.tickets");
    let ran = operator.tenancy("migrate --lock-timeout 100ms --attempts 2");
    let said = ran.failed(1);
    assert!(said.contains("t000: attempt 1 in vain, the next in ") && !said.contains("attempt 2"), "{ran:?}");
    assert!(said.contains("(tried 2 times)"), "{ran:?}");
    assert!(ran.stdout.contains("1 failed, 1 tried again"), "{ran:?}");

    let patient = operator.start("migrate --lock-timeout 0 --attempts 1");
    operator.until("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'", 1);
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    reader.run("COMMIT");
    let ran = patient.ended();
    assert!(ran.ok().starts_with("migrated 1 tenant in ") && !ran.stderr.contains("in vain"), "{ran:?}");
}

#[test]
fn a_statement_may_take_so_long() {
    let operator = fleet(2, &[]);
    in_tenants(&operator, "PERFORM pg_sleep(60)");
    let ran = operator.tenancy("migrate --statement-timeout 200ms");
    assert!(ran.failed(1).contains("canceling statement due to statement timeout"), "{ran:?}");
    assert_eq!(state(&operator, "failed"), 2);
}

#[test]
fn a_rate_is_kept() {
    let operator = fleet(12, &[]);
    let report = operator.tenancy("migrate --max-rate 10 --json").report();
    let milliseconds = report["milliseconds"].as_u64().unwrap();
    assert!(milliseconds >= 1_000, "the last two wait for a second: {milliseconds} ms");
}

#[test]
fn nothing_is_begun_while_other_sessions_are_slow() {
    let operator = fleet(30, &[]);
    in_tenants(&operator, "PERFORM pg_sleep(0.1)");
    let running = operator.start("migrate --pause-when-p99 30ms --jobs 1 --group 1 --json");
    operator.until("SELECT count(*) FROM tenancy.run_tenants WHERE state = 'done'", 1);
    // Whoever reads the registry waits, again and again.
    let mut session = operator.session();
    for _ in 0..8 {
        session.run("BEGIN; LOCK TABLE tenancy.tenants; SELECT pg_sleep(0.1); COMMIT; SELECT pg_sleep(0.02)");
    }
    running.signal("INT");
    let ran = running.ended();
    assert_eq!(ran.code, 1, "{ran:?}");
    let throttled = ran.lines().into_iter().find(|line| line["event"] == "throttled");
    assert!(throttled.expect("it throttles")["p99_ms"].as_f64().unwrap() > 30.0, "{ran:?}");
    assert!(state(&operator, "pending") > 0, "{ran:?}");
}

#[test]
fn everything_that_was_told_is_on_record_for_the_run_that_resumes() {
    let operator = fleet(4, &[]);
    let options = "--canaries 1 --pause-after-canaries --wave-size 2 --max-failures 3 --max-failure-percent 50 \
                   --jobs 3 --group 7 --lock-timeout 1m --statement-timeout 1h --attempts 9 --max-rate 12.5 \
                   --pause-when-p99 30s";
    assert_eq!(operator.tenancy(&format!("migrate {options}")).code, 1);
    let policy = operator.tenancy("runs show 1 --json").json()["policy"].clone();
    assert_eq!(
        policy,
        serde_json::json!({
            "only": [], "canaries": { "count": 1 }, "pause_after_canaries": true, "wave_size": 2,
            "budget": { "failures": 3, "percent": 50.0 }, "jobs": 3, "group": 7, "lock_timeout_ms": 60_000,
            "statement_timeout_ms": 3_600_000, "attempts": 9, "max_rate": 12.5, "pause_when_p99_ms": 30_000
        })
    );
    let refused = operator.tenancy("migrate --resume 1 --wave-size 3");
    assert!(
        refused.failed(2).contains("only --jobs, --wait and --go-on can be given with it"),
        "{refused:?}"
    );
    operator.tenancy("migrate --resume 1 --jobs 1 --wait").ok();
}
