//! Runs over the fleet for machines: one object a line.

use serde_json::Value;

use crate::support::Operator;

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn each_event_is_a_line_and_the_report_is_the_last() {
    let operator = Operator::initialized();
    operator.tenants(20);
    operator.sql("CREATE TABLE tenant_t003.notes (in_the_way int)");
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    let ran = operator.tenancy("migrate --json");
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{ran:?}");
    let lines = ran.lines();
    let order: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(order[..4], ["begun", "template", "planned", "wave"]);
    assert_eq!(order[order.len() - 2..], ["ended", "report"]);
    let at: Vec<_> = lines.iter().map(|line| line["at"].as_u64().unwrap()).collect();
    assert!(at.is_sorted(), "{at:?}");
    assert_eq!((&lines[0]["run"], &lines[0]["direction"]), (&1.into(), &"up".into()));
    assert_eq!(lines[2]["tenants"], 20);

    let tenants = of(&lines, "tenant");
    let report = ran.report();
    assert_eq!((tenants.len(), report["tenants"].as_array().unwrap().len()), (20, 20));
    let failed: Vec<_> = tenants.iter().filter(|tenant| !tenant["error"].is_null()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["slug"], "t003");
    for field in ["schema", "done", "attempts", "milliseconds"] {
        assert!(failed[0].get(field).is_some(), "{field}: {}", failed[0]);
    }
    assert_eq!(
        (&report["state"], &report["run"], &report["error"]),
        (&"failed".into(), &1.into(), &Value::Null)
    );
}

#[test]
fn tenants_that_are_gone_are_told_and_counted() {
    let operator = Operator::initialized();
    operator.tenants(3);
    operator.migration(1, "slow", "CREATE TABLE slow (id int); SELECT pg_sleep(1)", "DROP TABLE slow");
    let running = operator.start("migrate --json --jobs 1 --group 1");
    operator.until("SELECT count(*) FROM tenancy.run_tenants", 3);
    operator.tenancy("drop t002 --yes").ok();
    let ran = running.ended();
    ran.ok();
    let lines = ran.lines();
    assert_eq!(of(&lines, "gone")[0]["slug"], "t002", "{ran:?}");
    assert_eq!((of(&lines, "tenant").len(), &ran.report()["gone"]), (2, &1.into()), "{ran:?}");
}

#[test]
fn with_nothing_to_do_there_is_a_report_and_nothing_else() {
    let operator = Operator::initialized();
    let lines = operator.tenancy("migrate --json").lines();
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["event"], &lines[0]["run"]), (&"report".into(), &Value::Null));
}

#[test]
fn what_kept_a_run_from_starting_is_in_the_report_and_on_stderr() {
    let operator = Operator::initialized();
    for command in ["migrate --canary nobody --json", "migrate --resume 7 --json"] {
        operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
        let ran = operator.tenancy(command);
        let error: Value = serde_json::from_str(ran.failed(1)).unwrap();
        assert!(error["error"].as_str().unwrap().starts_with("there is no "), "{ran:?}");
    }
    let report = operator.tenancy("migrate --resume 7 --json").report();
    assert_eq!(report["error"], "there is no run 7: `tenancy runs` lists them");
}

#[test]
fn a_reader_that_leaves_early_stops_nobody() {
    let operator = Operator::initialized();
    operator.tenants(20);
    operator.migration(1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    let program = env!("CARGO_BIN_EXE_tenancy");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &format!("{program} migrate --json | head -n 1")]).current_dir(operator.path());
    let ran = crate::support::Ran::of(command.env("DATABASE_URL", operator.url()));
    assert_eq!(ran.lines()[0]["event"], "begun");
    operator.until("SELECT count(*) FROM tenancy.runs WHERE state = 'done'", 1);
    operator.tenancy("status --check").ok();
}
