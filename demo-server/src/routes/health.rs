use rocket::serde::json::{Json, Value, json};
use rocket::{Route, State, get, routes};
use tenancy_diesel::{Error, Tenancy};

pub(super) fn routes() -> Vec<Route> {
    routes![healthz, readyz]
}

/// The process runs. Says nothing about the database: restarting this one would not bring that one back.
#[get("/healthz")]
fn healthz() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Requests can be served.
#[get("/readyz")]
async fn readyz(tenancy: &State<Tenancy>) -> Result<Json<Value>, Error> {
    tenancy.run(Tenancy::check_ready).await?;
    Ok(Json(json!({"status": "ready"})))
}
