//! Serve thousands of tenants from PostgreSQL with Diesel, without ever mixing two of them up.
//!
//! * [`Tenancy`]: the library; one per service. [`TenancyBuilder`] configures it.
//! * [`TenantConnection`]: a connection pinned to one tenant, wiped when it is dropped.
#![cfg_attr(feature = "tokio", doc = "* [`TenantDb`]: the same for async code: the right to a connection.")]
//! * [`Scoped`]: an id that is refused in any tenant but its own.
//! * [`Registry`], [`Provisioner`], [`Fleet`], [`Roles`], [`Logins`]: tenants' rows, their coming and going,
//!   their migrations, as whom and by which login their sessions act.
//! * [`Trial`]: what pending migrations would do, tried on clones.
//! * [`Runs`]: the ledger of runs over all tenants.
//! * [`Drift`]: which tenants are not what the template is.
//! * [`Doctor`]: what is wrong with the database, and the statements that mend it.
//! * [`blueprint`]: what a clone carries; [`structure`]: what it is proved by.
#![cfg_attr(feature = "rocket", doc = "* [`web::rocket`]: request guards and problem responses.")]
#![cfg_attr(feature = "embedded", doc = "* [`embedded`]: a PostgreSQL server of one's own.")]
#![cfg_attr(feature = "testing", doc = "* [`testing`]: prove the isolation of your own service.")]
//!
//! The pure half of the library is [`core`] (the crate `tenancy-core`).
//!
//! Features: `libpq-bundled` (default), `libpq-bundled-tls`, `libpq-system` choose how libpq is linked;
//! `tokio`, `rocket`, `embedded`, `testing`, `cli` add API. None changes how anything behaves.

// Linked for its features: how libpq is built.
use pq_sys as _;

pub mod blueprint;
mod bookkeeping;
mod builder;
mod checkout;
mod connection;
mod context;
mod crew;
mod doctor;
mod drift;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
mod fall_through;
mod fleet;
mod ledger;
mod lock_table;
mod locks;
mod logins;
mod migrations;
mod ownership;
mod pooler;
mod pools;
mod provision;
mod registry;
mod roles;
mod secrets;
mod session;
pub mod structure;
mod tenancy;
#[cfg(feature = "tokio")]
mod tenant_db;
#[cfg(feature = "testing")]
pub mod testing;
mod transact;
mod trial;
mod turnstile;
#[cfg(feature = "rocket")]
pub mod web;

pub use builder::TenancyBuilder;
pub use connection::TenantConnection;
pub use doctor::{Diagnosis, Doctor, Finding, MendedBy, Severity, Treatment};
pub use drift::{Drift, DriftOptions, DriftReport, Side, Standing, TenantDrift};
pub use error::{Error, RunError, is_lock_timeout, is_stale_plan, is_statement_timeout};
pub use fleet::{
    Blocker, ExecResult, ExecRow, Fleet, FleetError, FleetEvent, FleetReport, Holder, IfRunning, Redone,
    Revert, RevertPlan, RunOptions, Stop, TemplateStanding, TenantReport, TenantStanding,
};
pub use ledger::{RunCounts, RunRecord, RunTenant, Runs};
pub use logins::{Login, LoginKind, Logins};
pub use migrations::{MigrationContext, Migrations, RustMigration};
pub use pooler::Pooler;
pub use pools::{PoolSettings, PoolState};
pub use provision::{
    CreateOutcome, CreateReport, Creation, ManyOptions, NewTenant, Provisioner, Spare, SpareStanding, Spares,
    SparesReport, TenantCopy,
};
pub use registry::{ListTenants, Registry, Seed, Seeds, TenantChange};
pub use roles::{RoleStanding, Roles};
pub use secrets::{SecretError, SecretKey};
pub use tenancy::Tenancy;
pub use tenancy_core as core;
pub use tenancy_core::isolation::{Scope, TenantRoles};
pub use tenancy_core::limits::{Limits, SizeLimit, TimeLimit};
// What nearly every service names.
pub use tenancy_core::name::{SchemaName, TenantSlug};
pub use tenancy_core::resolve::{Subdomain, TenantHeader};
pub use tenancy_core::scoped::{Scoped, WrongTenant};
pub use tenancy_core::tenant::{ActiveTenant, Tenant, TenantId, TenantStatus};
#[cfg(feature = "tokio")]
pub use tenant_db::TenantDb;
pub use trial::{
    MigrationTrial, NotTried, Reversal, SubjectTrial, Trial, TrialOptions, TrialReport, TrialTenants,
};

#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../tests/misuse.md")]
struct Misuse;
