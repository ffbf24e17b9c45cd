//! What a company does all day.

use super::support::Desk;

const NOBODY: &str = "018f4e1c-7d5c-7cc0-8000-000000000001";

#[test]
fn a_ticket_is_opened_answered_and_solved() {
    let desk = Desk::open();
    desk.sign_up("Initech", "initech");
    let customer = desk.customer("initech", "Milton", "milton@initech.example");
    let shown = desk.get("initech", &format!("/api/customers/{customer}"));
    assert_eq!(shown.body["name"], "Milton");

    let body = format!(r#"{{"customer_id": "{customer}", "issue": "My stapler is gone"}}"#);
    let opened = desk.post("initech", "/api/tickets", &body);
    assert_eq!((opened.status, opened.body["status"].as_str()), (201, Some("open")));
    let place = opened.header("location").unwrap();
    assert_eq!(place, "/api/tickets/1");

    let said =
        desk.post("initech", "/api/tickets/1/messages", r#"{"role": "agent", "content": "Which colour?"}"#);
    assert_eq!((said.status, said.body["role"].as_str()), (201, Some("agent")));
    desk.post("initech", "/api/tickets/1/messages", r#"{"role": "user", "content": "Red."}"#);
    let messages = desk.get("initech", "/api/tickets/1/messages");
    let contents: Vec<_> = messages.body["items"].as_array().unwrap().iter().map(|m| &m["content"]).collect();
    assert_eq!(contents, ["Which colour?", "Red."]);

    let solved = desk.patch("initech", place, r#"{"status": "solved"}"#);
    assert_eq!((solved.status, solved.body["status"].as_str()), (200, Some("solved")));
    let changed = desk.patch("initech", place, r#"{"issue": "My red stapler is gone"}"#);
    assert_eq!(changed.body["issue"], "My red stapler is gone");
    assert_eq!(changed.body["status"], "solved", "what is not named stays");
    assert_ne!(changed.body["updated_at"], changed.body["created_at"], "the template's trigger was cloned");
}

#[test]
fn what_makes_no_sense_is_422_and_names_the_field() {
    let desk = Desk::open();
    for (path, body, fields) in [
        ("/api/customers", r#"{}"#, &["name", "email"][..]),
        ("/api/customers", r#"{"name": "A", "email": "nowhere"}"#, &["email"]),
        ("/api/customers", r#"{"name": "A", "email": "a@b", "vip": true}"#, &["vip"]),
        ("/api/customers", "{\"name\": \"A\\u0000\", \"email\": \"a@b\"}", &["name"]),
        ("/api/tickets", r#"{"customer_id": 1, "issue": ""}"#, &["customer_id", "issue"]),
        (
            "/api/tickets",
            r#"{"customer_id": "x", "issue": "y", "status": "lost"}"#,
            &["customer_id", "status"],
        ),
        ("/api/tickets/1/messages", r#"{"role": "king", "content": "x"}"#, &["role"]),
        ("/api/tickets/1/messages", r#"{"role": "user"}"#, &["content"]),
    ] {
        assert_eq!(desk.post("acme", path, body).fields(), fields, "{path} {body}");
    }
    let nobody = format!(r#"{{"customer_id": "{NOBODY}", "issue": "x"}}"#);
    assert_eq!(desk.post("acme", "/api/tickets", &nobody).fields(), ["customer_id"]);
    assert_eq!(desk.patch("acme", "/api/tickets/1", "{}").fields(), ["status"]);
    assert_eq!(desk.patch("acme", "/api/tickets/1", r#"{"status": "lost"}"#).fields(), ["status"]);
    assert_eq!(desk.post("acme", "/api/customers", "{").problem(), (400, "json_invalid"));
}

#[test]
fn an_address_is_taken_once_per_company_and_without_regard_to_case() {
    let desk = Desk::open();
    desk.customer("acme", "Bugs", "bugs@burrow.example");
    let again = desk.post("acme", "/api/customers", r#"{"name": "B", "email": "BUGS@burrow.example"}"#);
    assert_eq!(again.problem(), (409, "conflict"));
    assert!(!again.text.contains("customers_email_key"), "{}", again.text);
    desk.customer("globex", "Bugs", "bugs@burrow.example");
}

#[test]
fn what_is_not_there_is_404() {
    let desk = Desk::open();
    for path in [
        "/api/tickets/999",
        "/api/tickets/-1",
        "/api/tickets/x",
        "/api/tickets/99999999999999999999",
        "/api/tickets/999/messages",
        "/api/customers/x",
        &format!("/api/customers/{NOBODY}"),
        "/api/nothing",
    ] {
        assert_eq!(desk.get("acme", path).problem(), (404, "not_found"), "{path}");
    }
    assert_eq!(desk.patch("acme", "/api/tickets/999", r#"{"status": "open"}"#).problem().0, 404);
    let message = r#"{"role": "user", "content": "x"}"#;
    assert_eq!(desk.post("acme", "/api/tickets/999/messages", message).problem(), (404, "not_found"));
}

#[test]
fn pages_follow_each_other_without_gaps_and_repetitions() {
    let desk = Desk::open();
    desk.sign_up("Initech", "initech");
    let customer = desk.customer("initech", "Milton", "milton@initech.example");
    for number in 1..=7 {
        desk.ticket("initech", &customer, &format!("issue {number}"));
        desk.customer("initech", "Somebody", &format!("somebody{number}@initech.example"));
        let message = format!(r#"{{"role": "user", "content": "message {number}"}}"#);
        desk.post("initech", "/api/tickets/1/messages", &message);
    }
    for (first, key, expected) in [
        ("/api/tickets?limit=3&status=open", "id", 7),
        ("/api/tickets?limit=7", "id", 7),
        ("/api/customers?limit=3", "email", 8),
        ("/api/tickets/1/messages?limit=2", "content", 7),
    ] {
        let mut seen = Vec::new();
        let mut next = Some(first.to_owned());
        while let Some(path) = next {
            let page = desk.get("initech", &path);
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            seen.extend(page.body["items"].as_array().unwrap().iter().map(|item| item[key].to_string()));
            next = page.body["next"].as_str().map(str::to_owned);
            let link = next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
            assert_eq!(page.header("link"), link.as_deref());
            assert!(path == first || !first.contains("status") || path.contains("status=open"), "{path}");
        }
        assert_eq!(seen.len(), expected, "{first}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), expected, "{first}");
    }
}

#[test]
fn a_page_that_makes_no_sense_is_422() {
    let desk = Desk::open();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("after=x", "after"),
        ("status=lost", "status"),
        ("customer_id=1", "customer_id"),
    ] {
        assert_eq!(desk.get("acme", &format!("/api/tickets?{query}")).fields(), [field], "{query}");
    }
    assert_eq!(desk.get("acme", &format!("/api/customers?after={NOBODY}")).fields(), ["after"]);
}

#[test]
fn tickets_are_filtered_by_status_and_customer() {
    let desk = Desk::open();
    let open = desk.get("acme", "/api/tickets?status=open");
    let issues = |answer: &super::support::Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().unwrap();
        items.iter().map(|ticket| ticket["issue"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(issues(&open), ["The rocket skates only go backwards"]);
    let customer = open.body["items"][0]["customer_id"].as_str().unwrap();
    let theirs = desk.get("acme", &format!("/api/tickets?customer_id={customer}"));
    assert_eq!(issues(&theirs), issues(&open));
    assert!(
        issues(&desk.get("acme", &format!("/api/tickets?customer_id={customer}&status=closed"))).is_empty()
    );
}

#[test]
fn the_first_page_is_escaped_and_friendly() {
    let desk = Desk::open();
    let welcome = desk.ask(rocket::http::Method::Get, "localhost:8000", "/", "");
    assert!(welcome.text.contains("http://acme.localhost:8000"), "{}", welcome.text);
    let customer = desk.customer("acme", "<script>alert(1)</script>", "x@y");
    desk.ticket("acme", &customer, "\"><img src=x onerror=alert(1)>");
    let page = desk.get("acme", "/");
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script"), "{}", page.text);
    assert!(!page.text.contains("<img"));
    desk.sign_up("Quiet & Co", "quiet");
    let quiet = desk.get("quiet", "/");
    assert!(quiet.text.contains("Quiet &amp; Co") && quiet.text.contains("Nobody is waiting"));
    let nobody = desk.get("nobody", "/");
    assert!(nobody.status == 404 && nobody.text.contains("Nobody lives here"), "{}", nobody.text);
}
