use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use serde_json::json;

use crate::support::Operator;

#[test]
fn limits_are_set_added_shown_and_cleared() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    assert_eq!(operator.tenancy("limits acme").ok(), "tenant `acme` has no limits of its own\n");
    assert!(operator.tenancy("show acme").ok().lines().any(|line| line == "limits     -"));

    let set = operator.tenancy("limits acme --connections 2 --statement-timeout 5s");
    assert_eq!(set.ok(), "tenant `acme` is limited to connections 2, statement_timeout 5s\n");
    let all = "limits acme --lock-timeout 500ms --idle-in-transaction-timeout 1min --work-mem 8MB --temp-file-limit 1GB --json";
    let limits = json!({
        "connections": 2, "statement_timeout": "5s", "lock_timeout": "500ms",
        "idle_in_transaction_session_timeout": "1min", "work_mem": "8MB", "temp_file_limit": "1GB",
    });
    assert_eq!(operator.tenancy(all).json()["limits"], limits);
    assert_eq!(operator.tenancy("show acme --json").json()["limits"], limits);
    assert!(
        operator.tenancy("show acme").ok().contains("limits     connections 2, statement_timeout 5s, lock")
    );

    let cleared = operator.tenancy("limits acme --clear --temp-file-limit -1");
    assert_eq!(cleared.ok(), "tenant `acme` is limited to temp_file_limit -1\n");
    assert_eq!(operator.tenancy("limits acme --clear --json").json()["limits"], json!({}));
    assert!(
        operator.tenancy("limits nobody --connections 1").failed(1).contains("there is no tenant `nobody`")
    );
}

#[test]
fn what_postgresql_would_not_take_is_not_stored() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    let refused = operator.tenancy("limits acme --work-mem 1kB --connections 1");
    assert!(
        refused.failed(1).contains("limit work_mem to `1kB`: 1 kB is outside the valid range"),
        "{refused:?}"
    );
    assert_eq!(operator.tenancy("limits acme").ok(), "tenant `acme` has no limits of its own\n");
}

/// The operator may be a superuser; the login that pins is not.
#[test]
fn a_limit_that_the_services_login_may_not_set_is_refused_with_the_statement_that_helps() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    let login = format!("limits_{}", std::process::id());
    operator.sql(&format!(
        "CREATE ROLE {login}; INSERT INTO tenancy.logins (name, kind) VALUES ('{login}', 'service')"
    ));
    let refused = operator.tenancy("limits acme --temp-file-limit 1GB");
    let helps = format!("GRANT SET ON PARAMETER temp_file_limit TO \"{login}\"");
    let version = diesel::PgConnection::establish(operator.url()).unwrap().batch_execute(&helps);
    let said = refused.failed(1);
    assert!(said.contains(&helps) || (version.is_err() && said.contains("only superusers")), "{said}");
    if version.is_ok() {
        operator.tenancy("limits acme --temp-file-limit 1GB").ok();
    }
    operator.sql(&format!("DELETE FROM tenancy.logins; DROP OWNED BY {login}; DROP ROLE {login}"));
}
