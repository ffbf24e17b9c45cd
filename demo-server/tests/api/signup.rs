//! A company comes.

use rocket::http::Method;

use super::support::Desk;

#[test]
fn a_company_signs_up_and_has_a_desk_at_once() {
    let desk = Desk::open();
    let answer = desk.sign_up("Initech", "initech");
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.body["slug"], "initech");
    assert_eq!(answer.body["url"], "http://initech.localhost:8000");
    assert_eq!(answer.header("location"), Some("http://initech.localhost:8000"));
    let customers = desk.get("initech", "/api/customers");
    assert_eq!(customers.text, r#"{"items":[],"next":null}"#);
}

#[test]
fn a_hyphen_in_the_subdomain_stands_for_an_underscore() {
    let desk = Desk::open();
    let answer = desk.sign_up("Acme Corp", "acme-corp");
    assert_eq!((answer.status, answer.body["slug"].as_str()), (201, Some("acme_corp")));
    assert_eq!(answer.body["url"], "http://acme-corp.localhost:8000");
    assert_eq!(desk.get("acme-corp", "/api/tickets").status, 200);
    assert_eq!(desk.get("acme_corp", "/api/tickets").problem(), (400, "tenant_invalid"));
    assert_eq!(desk.sign_up("Acme Corp", "acme_corp").problem(), (409, "tenant_taken"));
}

#[test]
fn a_name_that_is_no_name_is_422_and_says_why() {
    let desk = Desk::open();
    let long = "a".repeat(57);
    for (subdomain, why) in [
        ("Acme", "only a-z, 0-9 and _"),
        ("a b", "contains ' '"),
        ("acme;drop schema public", "only a-z"),
        ("acme\u{0}", "NUL"),
        ("émile", "contains 'é'"),
        ("", "empty"),
        ("-acme", "begin and end"),
        ("www", "reserved"),
        ("base-template", "reserved"),
        ("pg_catalog", "reserved"),
        (&long, "57 bytes"),
    ] {
        let answer = desk.sign_up("Somebody", subdomain);
        assert_eq!(answer.fields(), ["subdomain"], "{subdomain}");
        assert!(answer.text.contains(why), "{subdomain}: {}", answer.text);
    }
}

#[test]
fn a_name_that_is_taken_is_409() {
    let desk = Desk::open();
    assert_eq!(desk.sign_up("Another", "acme").problem(), (409, "tenant_taken"));
    assert_eq!(desk.sign_up("Fits", &"a".repeat(56)).status, 201);
    assert_eq!(desk.sign_up("Fits", &"a".repeat(56)).problem(), (409, "tenant_taken"));
}

#[test]
fn every_mistake_of_a_body_is_told_at_once() {
    let desk = Desk::open();
    let sign_up = |body: &str| desk.ask(Method::Post, "localhost:8000", "/signup", body);
    assert_eq!(sign_up("{}").fields(), ["name", "subdomain"]);
    assert_eq!(sign_up(r#"{"name": 1, "subdomain": "x", "plan": "all"}"#).fields(), ["name", "plan"]);
    assert_eq!(sign_up(r#"{"name": "  ", "subdomain": null}"#).fields(), ["name", "subdomain"]);
    assert_eq!(sign_up("[]").problem(), (422, "invalid"));
    assert_eq!(sign_up("{").problem(), (400, "json_invalid"));
    assert_eq!(sign_up("").problem(), (400, "json_invalid"));
    let long = format!(r#"{{"name": "{}"}}"#, "x".repeat(70_000));
    assert_eq!(sign_up(&long).problem(), (413, "too_large"));
}
