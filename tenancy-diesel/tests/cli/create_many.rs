//! `tenancy create --from-file`.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Operator, Ran};

fn file(operator: &Operator, text: &str) {
    std::fs::write(operator.path().join("slugs.txt"), text).unwrap();
}

fn slugs(operator: &Operator) -> Vec<String> {
    let listed = operator.tenancy("list --json").json();
    listed.as_array().unwrap().iter().map(|tenant| tenant["slug"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_file_of_slugs_becomes_tenants() {
    let operator = Operator::initialized();
    file(&operator, "# ours\nacme, Acme Inc.\n\nglobex\nhooli\n");
    let ran = operator.tenancy("create --from-file slugs.txt --jobs 2 --plan professional");
    assert!(ran.ok().starts_with("created 3 tenants in "), "{ran:?}");
    assert_eq!(slugs(&operator), ["acme", "globex", "hooli"]);
    let acme = operator.tenancy("show acme --json").json();
    assert_eq!(acme["name"], "Acme Inc.", "{acme}");
    assert_eq!(acme["plan"], "professional", "{acme}");
}

#[test]
fn stdin_is_a_file_too_and_the_report_is_one_document() {
    let operator = Operator::initialized();
    let mut command = operator.command(&["create", "--from-file", "-", "--json"]);
    command.env("DATABASE_URL", operator.url()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a\nb\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let tenants = report["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 2, "{report}");
    assert!(
        tenants.iter().all(|tenant| tenant["outcome"] == "created" && tenant["error"].is_null()),
        "{report}"
    );
    assert!(report["jobs"].as_u64().unwrap() >= 1 && report["not_begun"].as_array().unwrap().is_empty());
}

#[test]
fn nothing_is_created_when_a_line_makes_no_tenant() {
    let operator = Operator::initialized();
    file(&operator, "acme\nNot A Slug\nglobex\nacme\n");
    let ran = operator.tenancy("create --from-file slugs.txt");
    let said = ran.failed(2);
    assert!(said.contains("line 2: ") && said.contains("line 4: `acme` stands in line 1"), "{said}");
    assert!(slugs(&operator).is_empty());
    let missing = operator.tenancy("create --from-file nowhere.txt");
    assert!(missing.failed(2).contains("nowhere.txt"), "{missing:?}");
    assert_eq!(operator.tenancy("create acme --from-file slugs.txt").code, 2);
    assert_eq!(operator.tenancy("create").code, 2);
    assert!(operator.tenancy("create acme --jobs 2").failed(2).contains("--from-file"));
}

#[test]
fn those_that_exist_are_failures_unless_they_may() {
    let operator = Operator::initialized();
    operator.tenancy("create b").ok();
    operator.sql("CREATE SCHEMA tenant_d");
    file(&operator, "a\nb\nc\nd\n");
    let ran = operator.tenancy("create --from-file slugs.txt");
    let said = ran.failed(1);
    assert!(said.contains("2 tenants failed:"), "{said}");
    assert!(said.contains("  b: tenant `b` already exists"), "{said}");
    assert!(said.contains("  d: schema `tenant_d` already exists"), "{said}");
    assert!(ran.stdout.starts_with("created 2 of 4 tenants in "), "{ran:?}");
    assert_eq!(slugs(&operator), ["a", "b", "c"], "the others were created");

    operator.sql("DROP SCHEMA tenant_d");
    let again = operator.tenancy("create --from-file slugs.txt --if-not-exists");
    assert!(
        again.ok().contains("created 1 of 4 tenants in ") && again.stdout.contains("3 existed"),
        "{again:?}"
    );
    assert!(again.stderr.contains("b: exists already"), "{again:?}");
    assert!(operator.tenancy("create b --if-not-exists").ok().contains("left as it is"));
}

#[test]
fn an_interrupt_finishes_what_was_begun_and_says_where_it_stopped() {
    let operator = Operator::initialized();
    // Each clone takes a while.
    operator.sql(
        "CREATE FUNCTION public.dawdle() RETURNS event_trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(0.3); END $$;
         CREATE EVENT TRIGGER dawdle ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION public.dawdle()",
    );
    let all: Vec<String> = (0..100).map(|n| format!("t{n:03}")).collect();
    file(&operator, &all.join("\n"));
    let mut command = operator.command(&["create", "--from-file", "slugs.txt", "--jobs", "2"]);
    command.env("DATABASE_URL", operator.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while slugs(&operator).is_empty() {
        assert!(Instant::now() < until, "nothing is created");
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let ran = Ran {
        code: output.status.code().expect("it ended by itself"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    let said = ran.failed(1);
    let there = slugs(&operator);
    assert!(there.len() < 100, "{ran:?}");
    assert!(said.contains(&format!("from `t{:03}` on", there.len())), "{there:?} {ran:?}");
    assert!(ran.stdout.starts_with(&format!("created {} of 100 tenants", there.len())), "{ran:?}");
    assert_eq!(there, all[..there.len()], "what was begun was finished");
}
