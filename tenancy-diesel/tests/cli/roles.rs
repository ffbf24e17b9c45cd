//! `tenancy roles`, `share`, `unshare`.

use crate::support::Operator;

#[test]
fn tenants_from_before_are_shown_and_adopted() {
    let operator = Operator::new();
    operator.sql("CREATE SCHEMA base_template; CREATE TABLE base_template.tickets (id serial, title text)");
    operator.tenancy("init --roles off").ok();
    operator.tenancy("create acme --roles off").ok();
    let shown = operator.tenancy("roles");
    assert_eq!(shown.code, 1, "{shown:?}");
    assert!(
        shown.stdout.lines().any(|line| line.starts_with("acme") && line.contains("not the owner's")),
        "{shown:?}"
    );
    assert!(shown.stderr.contains("1 of 1 tenant not in order: `tenancy roles --apply`"), "{shown:?}");
    let refused = operator.tenancy("create globex").failed(1).to_owned();
    assert!(refused.contains("tenancy roles --apply") && refused.contains("--roles off"), "{refused}");

    let applied = operator.tenancy("roles --apply --json").json();
    assert_eq!(applied["failed"], serde_json::json!([]));
    assert_eq!(applied["tenants"][0]["owned"], true);
    assert!(applied["tenants"][0]["role"].as_str().unwrap().starts_with("tenant_"));
    assert!(operator.tenancy("roles").ok().contains("in order"));
    operator.tenancy("create globex").ok();
    assert!(
        operator.tenancy("roles --apply --only nobody").failed(1).contains("there is no tenant `nobody`")
    );
}

#[test]
fn what_is_shared_is_shared_until_it_is_not() {
    let operator = Operator::initialized();
    operator.tenancy("create acme").ok();
    operator.sql("CREATE TABLE public.countries (code text)");
    assert_eq!(operator.tenancy("share public.countries").ok(), "every tenant may read `public.countries`\n");
    let shared = operator.tenancy("share public.countries --write --json").json();
    assert_eq!(shared, serde_json::json!({ "object": "public.countries", "write": true }));
    assert!(operator.tenancy("share public.nothing").failed(1).contains("does not exist"));
    assert!(operator.tenancy("share tenant_acme.tickets").failed(1).contains("not in a shared schema"));
    operator.tenancy("unshare public.countries").ok();
}

#[test]
fn a_word_that_is_neither_on_nor_off_is_wrong_usage() {
    let operator = Operator::new();
    assert!(operator.tenancy("init --roles maybe").failed(2).contains("`maybe` is neither `on` nor `off`"));
}
