//! tenancy embedded in a service. The README shows this file; a test runs it.
#![allow(missing_docs, clippy::expect_used, reason = "a program")]
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use rocket::{Build, Rocket, State, get, launch, post, routes, serde::json::Json};
use tenancy_diesel::web::rocket::TenancyFairing;
use tenancy_diesel::{Error, Migrations, NewTenant, Subdomain, Tenancy, TenantDb};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations"); // CREATE TABLE notes (..): no schema
diesel::table! { notes (id) { id -> Integer, body -> Text, } } // no schema: the tenant decides

#[post("/signup/<slug>")]
async fn sign_up(tenancy: &State<Tenancy>, slug: &str) -> Result<(), Error> {
    let new = NewTenant::new(slug.parse()?);
    tenancy.run(move |tenancy| tenancy.provisioner().create(&new)).await.map(drop)
}

#[post("/notes", data = "<body>")]
async fn add(db: TenantDb, body: String) -> Result<(), Error> {
    db.run(|conn| diesel::insert_into(notes::table).values(notes::body.eq(body)).execute(conn)).await?;
    Ok(())
}

#[get("/notes")]
async fn list(db: TenantDb) -> Result<Json<Vec<String>>, Error> {
    Ok(Json(db.run(|conn| notes::table.select(notes::body).load(conn)).await?))
}

fn service(url: String) -> Result<Rocket<Build>, Error> {
    let migrations = Migrations::embedded(MIGRATIONS);
    let tenancy = Tenancy::builder()
        .database_url(url)
        .migrations(migrations)
        .resolve_by(Subdomain::of("localhost"))
        .build()?;
    tenancy.init()?; // the control plane and the template, if they are not there yet
    Ok(rocket::build().attach(TenancyFairing::new(tenancy)).mount("/", routes![sign_up, add, list]))
}

#[launch]
fn rocket() -> _ {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is set");
    service(url).expect("the database is ready")
}

#[cfg(test)]
mod isolation;
#[cfg(test)]
mod tests;
