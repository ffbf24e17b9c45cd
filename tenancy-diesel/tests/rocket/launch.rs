//! A misconfigured service does not start.

use rocket::error::ErrorKind;
use rocket::local::asynchronous::Client;
use rocket::{Build, Rocket, get, routes};
use tenancy_diesel::web::rocket::{CurrentTenant, TenancyFairing};
use tenancy_diesel::{Tenancy, TenantDb};

use super::support::{builder, quiet};

const AWAY: &str = "postgres://nobody@127.0.0.1:1/nowhere";

#[get("/db")]
fn db(db: TenantDb) -> String {
    db.tenant().slug.to_string()
}

#[get("/tenant")]
fn tenant(tenant: Option<CurrentTenant>) -> Option<String> {
    Some(tenant?.name.clone())
}

async fn refused(rocket: Rocket<Build>) -> bool {
    match Client::untracked(rocket).await {
        Ok(_) => false,
        Err(error) => matches!(error.kind(), ErrorKind::SentinelAborts(_)),
    }
}

#[rocket::async_test]
async fn without_a_tenancy_the_launch_is_refused() {
    assert!(refused(quiet().mount("/", routes![db])).await);
    assert!(refused(quiet().mount("/", routes![tenant])).await, "also behind an Option");
}

#[rocket::async_test]
async fn without_a_source_the_launch_is_refused() {
    let tenancy = Tenancy::builder().database_url(AWAY).build().unwrap();
    assert!(refused(quiet().attach(TenancyFairing::new(tenancy.clone())).mount("/", routes![db])).await);
    assert!(refused(quiet().manage(tenancy).mount("/", routes![tenant])).await);
}

#[rocket::async_test]
async fn a_service_starts_before_its_database() {
    let tenancy = builder(AWAY, 1).build().unwrap();
    assert!(!refused(quiet().attach(TenancyFairing::new(tenancy)).mount("/", routes![db, tenant])).await);
}

#[rocket::async_test]
async fn two_tenancies_are_refused() {
    let one = builder(AWAY, 1).build().unwrap();
    let rocket = quiet().manage(one.clone()).attach(TenancyFairing::new(one));
    let error = Client::untracked(rocket).await.err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::FailedFairings(_)), "{error:?}");
}
