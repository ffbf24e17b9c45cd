//! How the service is.

use super::support::Desk;

#[test]
fn a_service_without_its_database_is_alive_and_not_ready() {
    let desk = Desk::open();
    let ask = |path: &str| desk.ask(rocket::http::Method::Get, "localhost:8000", path, "");
    assert_eq!((ask("/healthz").status, ask("/readyz").status), (200, 200));
    desk.shut_the_database();
    assert_eq!(ask("/healthz").status, 200);
    let ready = ask("/readyz");
    assert_eq!(ready.problem(), (503, "unavailable"));
    assert_eq!(ready.header("retry-after"), Some("5"));
    assert!(!ready.text.contains(desk.database.name()), "{}", ready.text);
    assert_eq!(desk.get("acme", "/api/tickets").problem(), (503, "unavailable"));
    let page = desk.get("acme", "/");
    assert!(page.status == 503 && page.text.contains("try again"), "{}", page.text);
}
