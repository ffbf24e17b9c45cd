//! What people see of a run while it goes on.

use crate::support::Operator;

/// Tenants of which each takes a quarter of a second.
fn slow(tenants: usize) -> Operator {
    let operator = Operator::initialized();
    operator.tenants(tenants);
    operator.migration(1, "slow", "CREATE TABLE slow (id int); SELECT pg_sleep(0.25)", "DROP TABLE slow");
    operator
}

#[test]
fn a_log_has_a_line_every_five_seconds_and_one_for_each_wave() {
    let operator = slow(24);
    let ran = operator.tenancy("migrate --jobs 1 --group 1 --canaries 2 --wave-size 12");
    ran.ok();
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines[..2], ["canaries: 2 tenants", "wave 2 of 3: 12 tenants"]);
    let so_far: Vec<_> = lines.iter().filter(|line| line.contains(" of 24 tenants so far, wave ")).collect();
    assert!(
        !so_far.is_empty() && so_far.iter().all(|line| line.contains("/s, ") && line.contains(" to go")),
        "{ran:?}"
    );
    assert!(so_far[0].contains("slowest t0"), "{ran:?}");
    assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
    assert!(ran.stderr.contains("other sessions meanwhile: p50 "), "{ran:?}");
}

#[test]
fn a_terminal_has_a_bar_of_two_lines_that_is_gone_at_the_end() {
    let operator = slow(8);
    operator.sql("CREATE TABLE tenant_t005.slow (in_the_way int)");
    let (screen, fine) = operator.on_a_terminal("migrate --jobs 1 --group 1 --canary t001 --wave-size 4", "");
    assert!(!fine, "{screen}");
    for part in
        ["] 0/8 tenants  canaries", "/8 tenants  wave 2 of 3  ", "1 failed, slowest t0", "t005: migration "]
    {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    assert!(!screen.contains("so far"), "{screen}");
    let last = screen.rsplit('\u{1b}').next().unwrap();
    assert!(last.contains("migrated 7 of 8 tenants in ") && !last.contains("[="), "{screen}");
}
