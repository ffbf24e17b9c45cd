//! What one request leaves behind for the next, on a pool of one connection.

use rocket::http::Status;
use rocket::local::asynchronous::LocalResponse;
use rocket::tokio::{self, time};
use tenancy_diesel::Scoped;

use super::support::{Service, get};

const ACME: &str = "acme.example.com";
const GLOBEX: &str = "globex.example.com";

/// All that a client gets to see, but for the date.
async fn seen(response: LocalResponse<'_>) -> (Status, String, Option<String>) {
    let headers = response.headers().iter().map(|header| header.to_string()).collect::<Vec<_>>().join("\n");
    (response.status(), headers, response.into_string().await)
}

#[rocket::async_test]
async fn an_id_of_another_tenant_is_answered_as_an_unknown_row_to_the_letter() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let acme = service.tenancy.tenant(&"acme".parse().unwrap()).unwrap();
    let note = Scoped::new(&acme, 1);
    let own = get(&client, ACME, &format!("/notes/{note}")).await;
    assert_eq!(own.into_string().await.as_deref(), Some("acme"));
    let globex = service.tenancy.tenant(&"globex".parse().unwrap()).unwrap();
    let unknown = Scoped::new(&globex, 4711);
    let unknown = seen(get(&client, GLOBEX, &format!("/notes/{unknown}")).await).await;
    let foreign = seen(get(&client, GLOBEX, &format!("/notes/{note}")).await).await;
    assert_eq!(foreign.0, Status::NotFound);
    assert_eq!(foreign, unknown);
}

async fn both_see_their_own(client: &rocket::local::asynchronous::Client) {
    for (host, own) in [(GLOBEX, r#"["globex"]"#), (ACME, r#"["acme"]"#)] {
        let response = get(client, host, "/notes").await;
        assert_eq!(response.status(), Status::Ok);
        assert_eq!(response.into_string().await.as_deref(), Some(own));
    }
}

#[rocket::async_test]
async fn two_guards_and_two_pieces_of_work_do_with_one_connection() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    let response = time::timeout(time::Duration::from_secs(5), get(&client, ACME, "/two")).await.unwrap();
    assert_eq!(response.into_string().await.as_deref(), Some("acme 1 1"));
}

#[rocket::async_test]
async fn a_panic_is_500_and_the_next_tenant_is_clean() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    for _ in 0..3 {
        assert_eq!(get(&client, ACME, "/panics").await.status(), Status::InternalServerError);
        both_see_their_own(&client).await;
    }
}

#[rocket::async_test]
async fn work_that_nobody_waits_for_any_more_leaks_nothing() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    assert_eq!(get(&client, ACME, "/hurries").await.into_string().await.as_deref(), Some("gave up"));
    both_see_their_own(&client).await;
    assert_eq!(service.tenancy.pool_state().connections, 1, "the connection came back, or was replaced");
}

#[rocket::async_test]
async fn an_open_transaction_ends_with_its_request() {
    let service = Service::with_pool(1);
    let client = service.client().await;
    assert_eq!(get(&client, ACME, "/dirties").await.status(), Status::Ok);
    both_see_their_own(&client).await;
}

#[rocket::async_test]
async fn requests_of_two_tenants_at_once_never_meet() {
    let service = Service::with_pool(2);
    let client = service.client().await;
    let ask = |round: usize| {
        let (host, own) = if round.is_multiple_of(2) { (ACME, "acme") } else { (GLOBEX, "globex") };
        let client = &client;
        async move {
            for _ in 0..25 {
                let body = get(client, host, "/notes").await.into_string().await;
                assert_eq!(body, Some(format!("[\"{own}\"]")));
            }
        }
    };
    tokio::join!(ask(0), ask(1), ask(2), ask(3), ask(4), ask(5), ask(6), ask(7));
}
