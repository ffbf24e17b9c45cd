//! Proves that the service keeps its tenants apart. The README shows this file.
use std::sync::Arc;

use diesel::prelude::*;
use rocket::http::{Header, Method};
use rocket::local::asynchronous::Client;
use tenancy_diesel::embedded::test_server;
use tenancy_diesel::testing::{FaultPlan, Interleaver, Observed, Probe, Sentinels};
use tenancy_diesel::{Tenancy, assert_isolated};

use crate::{notes, service};

/// One request to the tenant's host, and everything that comes out of it.
async fn ask(client: Arc<Client>, method: Method, probe: Probe) -> Observed {
    let host = Header::new("Host", format!("{}.localhost", probe.slug().host_label()));
    let answer = client.req(method, "/notes").header(host).body(probe.text()).dispatch().await;
    let seen = Observed::new().status(answer.status().code);
    let seen = answer.headers().iter().fold(seen, |seen, h| seen.header(h.name().as_str(), h.value()));
    seen.body(answer.into_bytes().await.unwrap_or_default())
}

#[rocket::async_test]
async fn no_tenant_ever_sees_anothers_notes() {
    let database = test_server().fresh_database(); // or any database that may be put through this
    let url = database.url().to_owned();
    let client = Arc::new(Client::untracked(service(url).unwrap()).await.unwrap());
    let tenancy = client.rocket().state::<Tenancy>().unwrap();

    let sentinels = Sentinels::create(tenancy, 2).unwrap();
    let plant = |conn: &mut PgConnection, marker: &str| {
        diesel::insert_into(notes::table).values(notes::body.eq(marker)).execute(conn).map(drop)
    };
    sentinels.plant(tenancy, |conn, sentinel| plant(conn, sentinel.marker())).unwrap();

    let (lists, adds) = (client.clone(), client.clone());
    let report = Interleaver::as_tasks(tenancy, &sentinels, database.url())
        .faults(FaultPlan::default().panics_in_queries())
        .operations(300)
        .reads("GET /notes", move |probe| ask(lists.clone(), Method::Get, probe))
        .writes("POST /notes", move |probe| ask(adds.clone(), Method::Post, probe))
        .run()
        .await
        .unwrap();
    assert_isolated!(report);
}
