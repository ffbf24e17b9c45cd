//! A database with two tenants, and a service on it.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use rocket::http::Header;
use rocket::local::asynchronous::{Client, LocalResponse};
use rocket::serde::json::Json;
use rocket::tokio::time::timeout;
use rocket::{Build, Rocket, get, post, routes};
use serde_json::Value;
use tenancy_diesel::core::resolve::{Subdomain, TenantHeader};
use tenancy_diesel::embedded::{TestDatabase, test_server};
use tenancy_diesel::web::rocket::{CurrentTenant, TenancyFairing};
use tenancy_diesel::{Error, NewTenant, PoolSettings, RunError, Scoped, Tenancy, TenancyBuilder, TenantDb};

diesel::table! { notes (id) { id -> Integer, body -> Text, } }

pub(crate) struct Service {
    pub(crate) tenancy: Tenancy,
    pub(crate) database: TestDatabase,
}

impl Service {
    /// A pool of `size`, and tenants acme and globex, each with a table of notes that holds its own name.
    pub(crate) fn with_pool(size: u32) -> Self {
        let database = test_server().fresh_database();
        let tenancy = builder(database.url(), size).build().unwrap();
        tenancy.init().unwrap();
        for slug in ["acme", "globex"] {
            let slug = slug.parse().unwrap();
            tenancy.provisioner().create(&NewTenant::new(slug)).unwrap();
        }
        // As the owner of the schemas: a tenant's session creates nothing.
        let table =
            "CREATE TABLE notes (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, body text UNIQUE)";
        tenancy.fleet().exec(table, &[], |done| assert_eq!(done.error, None)).unwrap();
        for slug in ["acme", "globex"] {
            let tenant = tenancy.tenant(&slug.parse().unwrap()).unwrap();
            let mut conn = tenancy.connect(&tenant).unwrap();
            diesel::insert_into(notes::table).values(notes::body.eq(slug)).execute(&mut *conn).unwrap();
        }
        Self { tenancy, database }
    }

    pub(crate) async fn client(&self) -> Client {
        client(rocket(self.tenancy.clone())).await
    }

    /// A client of another process that shares nothing with this one but the database.
    pub(crate) async fn client_without_memory(&self) -> Client {
        client(rocket(builder(self.database.url(), 2).build().unwrap())).await
    }

    /// Ends every connection and lets none in.
    pub(crate) fn shut_the_database(&self) {
        let mut admin = PgConnection::establish(&test_server().url("postgres")).unwrap();
        let name = self.database.name();
        admin
            .batch_execute(&format!(
                "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ))
            .unwrap();
    }
}

pub(crate) fn builder(url: &str, size: u32) -> TenancyBuilder {
    Tenancy::builder()
        .database_url(url)
        .pool(PoolSettings {
            max_size: size,
            connection_timeout: Duration::from_secs(1),
            ..PoolSettings::default()
        })
        .resolve_by(Subdomain::of("example.com"))
        .resolve_by(TenantHeader::id())
}

pub(crate) fn quiet() -> Rocket<Build> {
    rocket::custom(rocket::Config::figment().merge(("log_level", "off")).merge(("workers", 2)))
}

pub(crate) fn rocket(tenancy: Tenancy) -> Rocket<Build> {
    quiet().attach(TenancyFairing::new(tenancy)).mount(
        "/",
        routes![
            list, add, one, name, two, panics, hurries, holds, limited, dirties, asks, missing, fails, plain
        ],
    )
}

pub(crate) async fn client(rocket: Rocket<Build>) -> Client {
    Client::untracked(rocket).await.unwrap()
}

/// GET `path` at `host`.
pub(crate) async fn get<'c>(client: &'c Client, host: &str, path: &str) -> LocalResponse<'c> {
    client.get(path.to_owned()).header(Header::new("Host", host.to_owned())).dispatch().await
}

/// Status and code of a problem document; `Null` when it is none.
pub(crate) async fn problem(response: LocalResponse<'_>) -> (u16, Value) {
    let status = response.status().code;
    let is_problem =
        response.content_type().is_some_and(|kind| kind.to_string() == "application/problem+json");
    let document: Value = response.into_json().await.unwrap_or_default();
    if is_problem {
        assert_eq!(document["status"], status);
        (status, document["code"].clone())
    } else {
        (status, Value::Null)
    }
}

#[get("/notes")]
async fn list(db: TenantDb) -> Result<Json<Vec<String>>, Error> {
    let bodies = db.run(|conn| notes::table.select(notes::body).load(conn)).await?;
    Ok(Json(bodies))
}

#[post("/notes", data = "<body>")]
async fn add(db: TenantDb, body: String) -> Result<(), Error> {
    db.run(move |conn| diesel::insert_into(notes::table).values(notes::body.eq(body)).execute(conn)).await?;
    Ok(())
}

/// By an id that the service once gave away as text.
#[get("/notes/<id>")]
async fn one(db: TenantDb, id: &str) -> Result<String, Error> {
    let note: Scoped<i32> = id.parse().map_err(|_| diesel::NotFound)?;
    let id = db.open(&note)?;
    Ok(db.run(move |conn| notes::table.find(id).select(notes::body).first(conn)).await?)
}

#[get("/name")]
fn name(tenant: CurrentTenant) -> String {
    tenant.slug.to_string()
}

/// Two guards, and two pieces of work at once.
#[get("/two")]
async fn two(tenant: CurrentTenant, one: TenantDb, other: TenantDb) -> Result<String, Error> {
    let count = || |conn: &mut PgConnection| notes::table.count().get_result::<i64>(conn);
    let (a, b) = rocket::tokio::join!(one.run(count()), other.run(count()));
    Ok(format!("{} {} {}", tenant.slug, a?, b?))
}

#[get("/panics")]
async fn panics(db: TenantDb) -> Result<(), Error> {
    db.run(|conn| -> QueryResult<()> {
        conn.batch_execute("BEGIN; SET search_path = nowhere; CREATE TEMP TABLE notes (id int, body text)")?;
        panic!("as it pleases")
    })
    .await?;
    Ok(())
}

/// Gives up long before the work is done.
#[get("/hurries")]
async fn hurries(db: TenantDb) -> &'static str {
    let work = db.run(|conn| conn.batch_execute("BEGIN; SET search_path = nowhere; SELECT pg_sleep(0.3)"));
    match timeout(Duration::from_millis(50), work).await {
        Ok(_) => "done",
        Err(_) => "gave up",
    }
}

#[get("/holds")]
async fn holds(db: TenantDb) -> Result<(), Error> {
    db.run(|conn| conn.batch_execute("SELECT pg_sleep(3)")).await?;
    Ok(())
}

/// Takes longer than it may, or waits longer for a lock than it may.
#[get("/limited/<what>")]
async fn limited(db: TenantDb, what: &str) -> Result<(), Error> {
    let (limit, work) = match what {
        "statement" => ("SET statement_timeout = '50ms'", "SELECT pg_sleep(5)"),
        _ => ("SET lock_timeout = '50ms'", "LOCK TABLE notes IN ROW EXCLUSIVE MODE"),
    };
    db.run(move |conn| {
        conn.batch_execute(limit)?;
        conn.transaction(|conn| conn.batch_execute(work))
    })
    .await?;
    Ok(())
}

#[get("/dirties")]
async fn dirties(db: TenantDb) -> Result<(), Error> {
    db.run(|conn| conn.batch_execute("BEGIN; SET search_path = nowhere; SET statement_timeout = 1")).await?;
    Ok(())
}

/// Decides for itself what to do without a tenant.
#[get("/asks")]
fn asks(tenant: Result<CurrentTenant, &Error>) -> String {
    match tenant {
        Ok(tenant) => tenant.slug.to_string(),
        Err(error) => format!("nobody: {error}"),
    }
}

#[get("/missing")]
async fn missing(db: TenantDb) -> Result<String, Error> {
    Ok(db.run(|conn| notes::table.find(-1).select(notes::body).first(conn)).await?)
}

/// The application's error, of a type that is a response itself.
#[get("/fails")]
async fn fails(db: TenantDb) -> Result<(), RunError<(rocket::http::Status, &'static str)>> {
    db.run(|_| Err((rocket::http::Status::ImATeapot, "short and stout"))).await
}

#[get("/plain")]
fn plain() -> rocket::http::Status {
    rocket::http::Status::NotFound
}
