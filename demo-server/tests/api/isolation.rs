//! Two companies, and nothing between them.

use super::support::Desk;

/// Everything that a company's lists say.
fn everything(desk: &Desk, tenant: &str) -> String {
    let lists = ["/api/customers?limit=100", "/api/tickets?limit=100", "/"];
    lists.iter().map(|path| desk.get(tenant, path).text).collect()
}

fn each_sees_only_its_own(pool: u32) {
    let desk = Desk::with_pool(pool);
    for (tenant, own) in [("initech", "stapler"), ("hooli", "nucleus")] {
        assert_eq!(desk.sign_up(tenant, tenant).status, 201);
        let customer = desk.customer(tenant, own, &format!("{own}@{tenant}.example"));
        assert_eq!(desk.ticket(tenant, &customer, own), 1, "every company counts from 1");
    }
    for _ in 0..10 {
        for (tenant, own, other) in [("initech", "stapler", "nucleus"), ("hooli", "nucleus", "stapler")] {
            let all = everything(&desk, tenant);
            assert!(all.contains(own) && !all.contains(other) && !all.contains("rocket skates"), "{all}");
        }
    }
    // The same number is another ticket.
    let ticket = |tenant| desk.get(tenant, "/api/tickets/1").body["issue"].clone();
    assert_eq!((ticket("initech"), ticket("hooli")), ("stapler".into(), "nucleus".into()));
    // A customer of one company is nobody in the other.
    let id = desk.get("initech", "/api/customers").body["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(desk.get("hooli", &format!("/api/customers/{id}")).problem(), (404, "not_found"));
    let foreign = format!(r#"{{"customer_id": "{id}", "issue": "x"}}"#);
    assert_eq!(desk.post("hooli", "/api/tickets", &foreign).fields(), ["customer_id"]);
}

#[test]
fn each_sees_only_its_own_rows() {
    each_sees_only_its_own(4);
}

#[test]
fn each_sees_only_its_own_rows_on_a_pool_of_one() {
    each_sees_only_its_own(1);
}

/// Both have types `ticket_status` and `message_role`, each with OIDs of its own.
#[test]
fn enums_of_two_companies_alternate_on_one_connection() {
    let desk = Desk::with_pool(1);
    for round in 0..200 {
        let (tenant, domain) = if round % 2 == 0 { ("acme", "desert") } else { ("globex", "springfield") };
        let status = ["open", "pending", "solved", "closed"][round / 2 % 4];
        let changed = desk.patch(tenant, "/api/tickets/1", &format!(r#"{{"status": "{status}"}}"#));
        assert_eq!(
            (changed.status, changed.body["status"].as_str()),
            (200, Some(status)),
            "{}",
            changed.text
        );
        let role = ["user", "agent", "system"][round % 3];
        let message = format!(r#"{{"role": "{role}", "content": "{tenant} {round}"}}"#);
        let said = desk.post(tenant, "/api/tickets/1/messages", &message);
        assert_eq!((said.status, said.body["role"].as_str()), (201, Some(role)), "{}", said.text);
        let filtered = desk.get(tenant, &format!("/api/tickets?status={status}&limit=100"));
        let found = filtered.body["items"].as_array().unwrap();
        assert!(found.iter().any(|ticket| ticket["id"] == 1), "{}", filtered.text);
        let customer =
            found.iter().find(|ticket| ticket["id"] == 1).unwrap()["customer_id"].as_str().unwrap();
        let customer = desk.get(tenant, &format!("/api/customers/{customer}"));
        assert!(customer.body["email"].as_str().unwrap().contains(domain), "{}", customer.text);
    }
    for (tenant, other) in [("acme", "globex"), ("globex", "acme")] {
        let messages = desk.get(tenant, "/api/tickets/1/messages?limit=100").text;
        assert!(messages.contains(tenant) && !messages.contains(other));
    }
    assert_eq!(desk.tenancy.pool_state().connections, 1);
}

#[test]
fn who_is_asked_for_is_checked_before_anything_else() {
    let desk = Desk::open();
    let tickets = |host: &str, headers: &[(&str, &str)]| {
        desk.ask_with(rocket::http::Method::Get, host, "/api/tickets", "", headers)
    };
    assert_eq!(tickets("localhost:8000", &[]).problem(), (400, "tenant_required"));
    assert_eq!(tickets("nobody.localhost", &[]).problem(), (404, "tenant_unknown"));
    assert_eq!(tickets("127.0.0.1:8000", &[("X-Tenant-ID", "acme")]).status, 200);
    assert_eq!(tickets("acme.localhost", &[("X-Tenant-ID", "globex")]).problem(), (403, "tenant_conflict"));
}

#[test]
fn the_header_counts_only_where_it_is_allowed() {
    let desk = Desk::configured(&[("TENANCY_ALLOW_HEADER", "false")]);
    let headers = [("X-Tenant-ID", "acme")];
    let tickets = |host: &str| desk.ask_with(rocket::http::Method::Get, host, "/api/tickets", "", &headers);
    assert_eq!(tickets("localhost:8000").problem(), (400, "tenant_required"));
    assert!(tickets("globex.localhost").text.contains("hammock"), "the header is not even read");
}
