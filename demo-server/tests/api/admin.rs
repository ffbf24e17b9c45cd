//! The tenants, for whoever runs the service.

use rocket::http::Method;

use super::support::{Answer, Desk, TOKEN};

fn admin(desk: &Desk, method: Method, path: &str, body: &str) -> Answer {
    let token = format!("Bearer {TOKEN}");
    desk.ask_with(
        method,
        "localhost:8000",
        &format!("/admin/tenants{path}"),
        body,
        &[("Authorization", &token)],
    )
}

#[test]
fn without_the_token_nothing_is_told() {
    let desk = Desk::open();
    let basic = format!("Basic {TOKEN}");
    let almost = format!("Bearer {TOKEN}x");
    for headers in [
        &[][..],
        &[("Authorization", "Bearer")],
        &[("Authorization", "Bearer ")],
        &[("Authorization", &basic)],
        &[("Authorization", &almost)],
        &[("Authorization", TOKEN)],
    ] {
        for (method, path) in [
            (Method::Get, "/admin/tenants"),
            (Method::Post, "/admin/tenants"),
            (Method::Get, "/admin/tenants/acme"),
            (Method::Patch, "/admin/tenants/acme"),
            (Method::Delete, "/admin/tenants/acme"),
        ] {
            let answer = desk.ask_with(method, "acme.localhost:8000", path, "", headers);
            assert_eq!(answer.problem(), (401, "unauthorized"), "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"admin\""));
        }
    }
    assert_eq!(desk.get("acme", "/api/tickets").status, 200, "and nothing was done");
}

#[test]
fn a_tenant_is_created_shown_changed_and_deleted() {
    let desk = Desk::open();
    let body = r#"{"name": "Hooli", "slug": "hooli", "plan": "enterprise", "settings": {"seats": 3}}"#;
    let made = admin(&desk, Method::Post, "", body);
    assert_eq!((made.status, made.header("location")), (201, Some("/admin/tenants/hooli")), "{}", made.text);
    assert_eq!((&made.body["status"], &made.body["plan"]), (&"active".into(), &"enterprise".into()));
    assert_eq!(admin(&desk, Method::Post, "", body).problem(), (409, "tenant_taken"));
    assert_eq!(desk.get("hooli", "/api/tickets").status, 200);

    let change = r#"{"name": "Hooli XYZ", "settings": {"seats": 4}, "status": "suspended"}"#;
    let changed = admin(&desk, Method::Patch, "/hooli", change);
    assert_eq!(changed.status, 200, "{}", changed.text);
    let shown = admin(&desk, Method::Get, "/hooli", "");
    assert_eq!(shown.body["name"], "Hooli XYZ");
    assert_eq!(shown.body["settings"]["seats"], 4);
    assert_eq!(shown.body["plan"], "enterprise");
    assert_eq!(desk.get("hooli", "/api/tickets").problem(), (403, "tenant_suspended"));
    assert_eq!(desk.get("hooli", "/").status, 403);
    admin(&desk, Method::Patch, "/hooli", r#"{"status": "archived"}"#);
    assert_eq!(desk.get("hooli", "/api/tickets").problem(), (403, "tenant_archived"));
    admin(&desk, Method::Patch, "/hooli", r#"{"status": "active"}"#);
    assert_eq!(desk.get("hooli", "/api/tickets").status, 200);

    assert_eq!(admin(&desk, Method::Delete, "/hooli", "").status, 204);
    assert_eq!(desk.get("hooli", "/api/tickets").problem(), (404, "tenant_unknown"));
    assert_eq!(admin(&desk, Method::Delete, "/hooli", "").problem(), (404, "tenant_unknown"));
    assert_eq!(desk.sign_up("Hooli", "hooli").status, 201, "the name is free again");
}

#[test]
fn mistakes_are_told_and_nothing_is_changed() {
    let desk = Desk::open();
    assert_eq!(admin(&desk, Method::Get, "/nobody", "").problem(), (404, "tenant_unknown"));
    assert_eq!(admin(&desk, Method::Get, "/No%20Body", "").problem(), (404, "tenant_unknown"));
    for (body, fields) in [
        (r#"{"name": "X", "status": "provisioning"}"#, &["status"][..]),
        (r#"{"name": "X", "status": "gone"}"#, &["status"]),
        (r#"{"name": "X", "settings": []}"#, &["settings"]),
        ("{\"name\": \"X\", \"settings\": {\"a\": \"\\u0000\"}}", &["settings"]),
        (r#"{"name": "X", "slug": "y"}"#, &["slug"]),
    ] {
        assert_eq!(admin(&desk, Method::Patch, "/acme", body).fields(), fields, "{body}");
    }
    assert_eq!(admin(&desk, Method::Get, "/acme", "").body["name"], "Acme, Inc.");
    assert_eq!(admin(&desk, Method::Post, "", r#"{"name": "X", "slug": "admin"}"#).fields(), ["slug"]);
}

#[test]
fn the_list_comes_in_pages_and_by_status() {
    let desk = Desk::open();
    desk.sign_up("Initech", "initech");
    admin(&desk, Method::Patch, "/globex", r#"{"status": "suspended"}"#);
    let slugs = |query: &str| -> Vec<String> {
        let page = admin(&desk, Method::Get, query, "");
        let items = page.body["items"].as_array().unwrap().iter();
        items.map(|tenant| tenant["slug"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(slugs(""), ["acme", "globex", "initech"]);
    assert_eq!(slugs("?status=suspended"), ["globex"]);
    assert_eq!(slugs("?limit=2"), ["acme", "globex"]);
    let first = admin(&desk, Method::Get, "?limit=1&status=active", "");
    assert_eq!(first.body["next"], "/admin/tenants?limit=1&after=acme&status=active");
    assert_eq!(slugs("?limit=1&after=acme&status=active"), ["initech"]);
    assert_eq!(admin(&desk, Method::Get, "?status=gone", "").fields(), ["status"]);
}
