//! Every status of the contract, by what is wrong with the request or the service.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use rocket::http::uri::Host;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;
use rocket::tokio;
use rocket::uri;
use serde_json::Value;

use super::support::{Service, builder, client, get, problem, rocket};

const ACME: &str = "acme.example.com";

async fn with_headers(client: &Client, host: &str, ids: &[&str]) -> (u16, Value) {
    let mut request = client.get("/name").header(Header::new("Host", host.to_owned()));
    for id in ids {
        request.add_header(Header::new("X-Tenant-ID", (*id).to_owned()));
    }
    problem(request.dispatch().await).await
}

#[rocket::async_test]
async fn the_tenant_is_named_by_host_or_header() {
    let service = Service::with_pool(2);
    let client = service.client().await;
    for (host, header) in [
        (ACME, None),
        ("ACME.example.com:8000", None),
        ("example.com", Some("acme")),
        (ACME, Some("acme")),
        ("10.0.0.1", Some("acme")),
    ] {
        let mut request = client.get("/name").header(Header::new("Host", host));
        if let Some(slug) = header {
            request.add_header(Header::new("X-Tenant-ID", slug));
        }
        let response = request.dispatch().await;
        assert_eq!(response.into_string().await.as_deref(), Some("acme"), "{host} {header:?}");
    }
    let id = service.tenancy.tenant(&"globex".parse().unwrap()).unwrap().id.to_string();
    let request = client.get("/name").header(Header::new("X-Tenant-ID", id));
    assert_eq!(request.dispatch().await.into_string().await.as_deref(), Some("globex"));
}

#[rocket::async_test]
async fn the_host_that_rocket_parsed_goes_first() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let mut request = client.get("/name");
    request.inner_mut().set_host(Host::from(uri!("globex.example.com:8000")));
    assert_eq!(request.dispatch().await.into_string().await.as_deref(), Some("globex"));
}

#[rocket::async_test]
async fn no_tenant_named_is_400() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    for host in ["example.com", "www.example.com", "api.example.com", "a.b.example.com", "elsewhere.org"] {
        assert_eq!(with_headers(&client, host, &[]).await, (400, "tenant_required".into()), "{host}");
    }
    assert_eq!(problem(client.get("/name").dispatch().await).await, (400, "tenant_required".into()));
}

#[rocket::async_test]
async fn a_source_that_makes_no_sense_is_400() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    for (host, ids) in [
        ("example.com", &["a b"][..]),
        ("example.com", &[""]),
        ("example.com", &["acme", "acme"]),
        (ACME, &["globex", "globex"]),
        (ACME, &["Acme"]),
        ("admin_x.example.com", &[]),
        ("base-template.example.com", &[]),
    ] {
        assert_eq!(with_headers(&client, host, ids).await, (400, "tenant_invalid".into()), "{host} {ids:?}");
    }
}

#[rocket::async_test]
async fn two_hosts_are_400() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let mut request = client.get("/name").header(Header::new("Host", ACME));
    request.add_header(Header::new("Host", "globex.example.com"));
    assert_eq!(problem(request.dispatch().await).await, (400, "tenant_invalid".into()));
}

#[rocket::async_test]
async fn an_unknown_tenant_is_404() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let nobody = "018f4e1c-7d5c-7cc0-8000-000000000001";
    assert_eq!(with_headers(&client, "initech.example.com", &[]).await, (404, "tenant_unknown".into()));
    assert_eq!(with_headers(&client, "example.com", &[nobody]).await, (404, "tenant_unknown".into()));
}

#[rocket::async_test]
async fn sources_that_differ_are_403_never_the_weaker_one() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let globex = service.tenancy.tenant(&"globex".parse().unwrap()).unwrap().id.to_string();
    let acme = service.tenancy.tenant(&"acme".parse().unwrap()).unwrap().id.to_string();
    assert_eq!(with_headers(&client, ACME, &["globex"]).await, (403, "tenant_conflict".into()));
    assert_eq!(with_headers(&client, ACME, &[&globex]).await, (403, "tenant_conflict".into()));
    assert_eq!(with_headers(&client, ACME, &["nobody"]).await, (403, "tenant_conflict".into()));
    assert_eq!(with_headers(&client, ACME, &[&acme]).await.0, 200);
}

#[rocket::async_test]
async fn a_tenant_that_is_not_active_is_403() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let slug = "acme".parse().unwrap();
    service.tenancy.provisioner().suspend(&slug).unwrap();
    assert_eq!(with_headers(&client, ACME, &[]).await, (403, "tenant_suspended".into()));
    service.tenancy.provisioner().archive(&slug).unwrap();
    assert_eq!(with_headers(&client, ACME, &[]).await, (403, "tenant_archived".into()));
    service.tenancy.provisioner().activate(&slug).unwrap();
    assert_eq!(with_headers(&client, ACME, &[]).await.0, 200);
}

#[rocket::async_test]
async fn a_tenant_suspended_elsewhere_is_refused_though_memory_says_active() {
    let service = Service::with_pool(1);
    let client = service.client_without_memory().await;
    assert_eq!(get(&client, ACME, "/notes").await.status(), Status::Ok);
    service.tenancy.provisioner().suspend(&"acme".parse().unwrap()).unwrap();
    assert_eq!(get(&client, ACME, "/name").await.status(), Status::Ok, "memory still believes it");
    assert_eq!(problem(get(&client, ACME, "/notes").await).await, (403, "tenant_suspended".into()));
    service.tenancy.provisioner().drop(&"acme".parse().unwrap()).unwrap();
    assert_eq!(problem(get(&client, ACME, "/notes").await).await, (404, "tenant_unknown".into()));
}

#[rocket::async_test]
async fn a_busy_pool_is_503_with_retry_after() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let (held, refused) = tokio::join!(get(&client, ACME, "/holds"), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        get(&client, "globex.example.com", "/notes").await
    });
    assert_eq!(held.status(), Status::Ok);
    assert_eq!(refused.headers().get_one("Retry-After"), Some("1"));
    assert_eq!(problem(refused).await, (503, "busy".into()));
}

/// By PostgreSQL's English messages: Diesel passes on no SQLSTATE.
#[rocket::async_test]
async fn a_timeout_of_a_lock_or_a_statement_is_503_with_retry_after() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let slow = get(&client, ACME, "/limited/statement").await;
    assert_eq!(slow.headers().get_one("Retry-After"), Some("1"));
    assert_eq!(problem(slow).await, (503, "timeout".into()));
    let mut other = PgConnection::establish(service.database.url()).unwrap();
    other.batch_execute("BEGIN; LOCK TABLE tenant_acme.notes IN ACCESS EXCLUSIVE MODE").unwrap();
    let locked = get(&client, ACME, "/limited/lock").await;
    assert_eq!(locked.headers().get_one("Retry-After"), Some("1"));
    assert_eq!(problem(locked).await, (503, "busy".into()));
    other.batch_execute("ROLLBACK").unwrap();
    assert_eq!(get(&client, ACME, "/limited/lock").await.status(), Status::Ok);
}

#[rocket::async_test]
async fn a_tenant_that_takes_more_than_its_share_is_429_with_retry_after_and_others_are_served() {
    let service = Service::with_pool(2);
    let client = service.client().await;
    let (held, refused, other) = tokio::join!(
        get(&client, ACME, "/holds"),
        async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            get(&client, ACME, "/notes").await
        },
        async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            get(&client, "globex.example.com", "/notes").await
        }
    );
    assert_eq!((held.status(), other.status()), (Status::Ok, Status::Ok));
    assert_eq!(refused.headers().get_one("Retry-After"), Some("1"));
    assert_eq!(problem(refused).await, (429, "tenant_limit".into()));
}

#[rocket::async_test]
async fn a_server_that_is_away_is_503_with_retry_after() {
    let away = client(rocket(builder("postgres://nobody@127.0.0.1:1/nowhere", 1).build().unwrap())).await;
    let response = get(&away, ACME, "/notes").await;
    assert_eq!(response.headers().get_one("Retry-After"), Some("5"));
    assert_eq!(problem(response).await, (503, "unavailable".into()));
}

#[rocket::async_test]
async fn a_database_that_goes_away_is_503_also_for_a_tenant_in_memory() {
    let service = Service::with_pool(2);
    let client = service.client().await;
    assert_eq!(get(&client, ACME, "/notes").await.status(), Status::Ok);
    service.shut_the_database();
    assert_eq!(problem(get(&client, ACME, "/notes").await).await, (503, "unavailable".into()));
}

#[rocket::async_test]
async fn a_query_that_finds_nothing_is_404_and_a_duplicate_409() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    assert_eq!(problem(get(&client, ACME, "/missing").await).await, (404, "not_found".into()));
    let again = client.post("/notes").header(Header::new("Host", ACME)).body("acme").dispatch().await;
    assert_eq!(problem(again).await, (409, "conflict".into()));
}

#[rocket::async_test]
async fn a_missing_schema_is_500_and_nothing_about_it_is_told() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    {
        use diesel::connection::{Connection as _, SimpleConnection as _};
        let mut admin = PgConnection::establish(service.database.url()).unwrap();
        admin.batch_execute("ALTER SCHEMA tenant_acme RENAME TO somewhere_else").unwrap();
    }
    let response = get(&client, ACME, "/notes").await;
    assert_eq!(response.status(), Status::InternalServerError);
    let body = response.into_string().await.unwrap();
    assert!(body.contains(r#""code":"internal""#) && !body.contains("schema"), "{body}");
}

#[rocket::async_test]
async fn the_work_may_answer_for_itself() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let response = get(&client, ACME, "/fails").await;
    assert_eq!(response.status(), Status::ImATeapot);
    assert_eq!(response.into_string().await.as_deref(), Some("short and stout"));
}

#[rocket::async_test]
async fn a_handler_may_decide_what_to_do_without_a_tenant() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let nobody = get(&client, "example.com", "/asks").await.into_string().await.unwrap();
    assert_eq!(nobody, "nobody: the request names no tenant");
    assert_eq!(get(&client, ACME, "/asks").await.into_string().await.as_deref(), Some("acme"));
}

#[rocket::async_test]
async fn statuses_that_are_not_ours_are_problems_too() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    assert_eq!(problem(get(&client, ACME, "/nowhere").await).await, (404, "not_found".into()));
    assert_eq!(problem(get(&client, "nobody.example.com", "/plain").await).await, (404, "not_found".into()));
    assert_eq!(problem(get(&client, ACME, "/panics").await).await, (500, "internal".into()));
}
