//! A support desk for many companies on one PostgreSQL database: the demo of `tenancy`.
//!
//! Every company has a schema of its own; none of the handlers knows. They take a
//! [`TenantDb`](tenancy_diesel::TenantDb) and query unqualified tables.
//!
//! * [`Config`]: the settings, from the environment.
//! * [`Database`]: the one that `DATABASE_URL` names, or an embedded server.
//! * [`tenancy`], [`prepare`], [`rocket()`]: the three steps of the composition root.
//! * [`routes`] on [`models`] on [`schema`]: thin handlers.

pub mod banner;
mod config;
mod database;
mod error;
mod fields;
mod html;
pub mod models;
mod paging;
pub mod routes;
#[expect(missing_docs, reason = "diesel's macros document nothing")]
pub mod schema;
mod seed;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use rocket::{Build, Rocket};
use tenancy_diesel::core::resolve::{Subdomain, TenantHeader};
use tenancy_diesel::web::rocket::TenancyFairing;
use tenancy_diesel::{Error, Migrations, PoolSettings, RunOptions, Tenancy};

pub use config::{AdminToken, Config, ConfigError};
pub use database::Database;
pub use error::ApiError;

/// The template of every tenant.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/tenant");

/// The library, configured: one schema per tenant, named by the subdomain, and by a header where that is allowed.
///
/// # Errors
///
/// [`Error::PlainText`] when the database is on another machine and the URL does not demand encryption.
pub fn tenancy(config: &Config, database: &Database) -> Result<Tenancy, Error> {
    let mut builder = Tenancy::builder()
        .database_url(database.url())
        .schema_per_tenant("base_template")
        .migrations(Migrations::embedded(MIGRATIONS))
        .pool(PoolSettings { max_size: config.pool_size, ..PoolSettings::default() })
        .session_default("statement_timeout", "10s")
        .resolve_by(Subdomain::of(&config.domain));
    if let Some(operator) = database.operator_url() {
        builder = builder.operator_url(operator);
    }
    if config.allow_header {
        // Anybody can send a header.
        builder = builder.resolve_by(TenantHeader::id());
    }
    builder.build()
}

/// Makes control plane and template, gives tenants without roles theirs, migrates the tenants that there are, and seeds two when there are none.
/// A tenant that cannot be migrated keeps nobody else from being served.
///
/// # Errors
///
/// [`Error`] when the database is away or the template cannot be made.
pub fn prepare(tenancy: &Tenancy) -> Result<(), Error> {
    tenancy.init()?;
    // Tenants of a version without roles.
    if tenancy.roles().standing()?.iter().any(|tenant| tenant.role.is_none()) {
        tenancy.roles().apply(&[], |slug, result| {
            if let Err(error) = result {
                tracing::error!(tenant = %slug, "has no role: {error}");
            }
        })?;
    }
    let report = tenancy.fleet().migrate(&RunOptions::default(), |_| {})?;
    if let Some(error) = report.template_error {
        return Err(Error::Migrations(error));
    }
    if let Some(error) = report.stopped {
        return Err(Error::Migrations(error));
    }
    for tenant in report.tenants {
        match tenant.error {
            Some(error) => tracing::error!(tenant = %tenant.slug, "not migrated: {error}"),
            None => tracing::info!(tenant = %tenant.slug, migrations = ?tenant.done, "migrated"),
        }
    }
    seed::seed_if_empty(tenancy)
}

/// The web service.
pub fn rocket(config: &Config, tenancy: Tenancy) -> Rocket<Build> {
    let mut figment = rocket::Config::figment().merge(("limits.json", "64KiB"));
    if let Some(port) = config.port {
        figment = figment.merge(("port", port));
    }
    rocket::custom(figment)
        .attach(TenancyFairing::new(tenancy))
        .manage(config.clone())
        .register("/", routes::catchers())
        .mount("/", routes::all())
}
