use crate::support::Operator;

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_wrong() {
    let operator = Operator::new();
    for (arguments, said) in [
        ("create Acme", "only a-z, 0-9 and _ are allowed"),
        ("create admin", "reserved"),
        ("show a-b", "only a-z, 0-9 and _ are allowed"),
        ("migrate --jobs 0", "0 is not in 1.."),
        ("migrate --keep-going --stop-at-failure", "cannot be used with"),
        ("migrate --migrations nowhere", "there is no directory `nowhere`"),
        ("list --status dead", "`dead` is no status"),
        ("list --prefix a-b", "only a-z, 0-9 and _ are allowed"),
        ("limits acme --connections 0", "number would be zero"),
        ("limits acme --statement-timeout 5", "a whole number with ms, s, min, h or d"),
        ("limits acme --work-mem much", "a whole number with kB, MB, GB or TB"),
        ("exec", "<SQL>"),
        ("frobnicate", "unrecognized subcommand"),
        ("list --database-url postgres://me:s3cret@db.example.com/x", "sslmode=require"),
    ] {
        let ran = operator.tenancy(arguments);
        assert!(ran.failed(2).contains(said), "{arguments}: {ran:?}");
        assert_eq!(ran.stdout, "", "{arguments}");
        assert!(!ran.stderr.contains("s3cret"), "{ran:?}");
    }
}

#[test]
fn a_missing_database_names_both_ways_to_give_it() {
    let operator = Operator::new();
    let ran = operator.without_url(&["list"]);
    for way in ["--database-url", "DATABASE_URL"] {
        assert!(ran.failed(2).contains(way), "{ran:?}");
    }
    let ran = operator.without_url(&["list", "--json"]);
    let error: serde_json::Value = serde_json::from_str(ran.failed(2)).unwrap();
    assert!(error["error"].is_string());
}

#[test]
fn options_of_every_command_go_before_and_after_it() {
    let operator = Operator::initialized();
    operator.without_url(&["--database-url", operator.url(), "--json", "list"]).ok();
    operator.without_url(&["list", "--json", "--database-url", operator.url()]).ok();
}

#[test]
fn usage_errors_are_json_too_when_a_machine_asked() {
    let ran = Operator::new().tenancy("--json create Acme");
    let error: serde_json::Value = serde_json::from_str(ran.failed(2)).unwrap();
    assert!(error["error"].as_str().unwrap().contains("only a-z"), "{error}");
}

#[test]
fn help_has_examples_everywhere_and_needs_no_database() {
    let operator = Operator::new();
    let top = operator.without_url(&["--help"]);
    assert!(top.ok().contains("Exit codes:"), "{top:?}");
    for command in [
        "init",
        "create",
        "list",
        "show",
        "migrate",
        "migration",
        "status",
        "revert",
        "suspend",
        "activate",
        "archive",
        "rename",
        "drop",
        "runs",
        "limits",
        "exec",
        "roles",
        "logins",
        "dedicate",
        "share",
        "unshare",
        "check",
        "diff",
        "doctor",
    ] {
        let help = operator.without_url(&[command, "--help"]);
        assert!(help.ok().contains("Example"), "{command}");
        assert!(help.stdout.contains(&format!("  tenancy {command}")), "{command}");
    }
    assert!(operator.without_url(&["--version"]).ok().starts_with("tenancy "));
    assert!(operator.without_url(&[]).failed(2).contains("Usage: tenancy"));
}

#[test]
fn a_migrations_directory_that_is_given_is_used() {
    let operator = Operator::initialized();
    operator.migration_in("elsewhere", 1, "notes", "CREATE TABLE notes (id int)", "DROP TABLE notes");
    operator.tenancy("create a").ok();
    assert!(operator.tenancy("migrate").ok().contains("no directory migrations/tenant"));
    assert!(operator.tenancy("migrate --migrations elsewhere").ok().starts_with("migrated 1 tenant"));
    assert!(operator.path().join("elsewhere").is_dir());
}
