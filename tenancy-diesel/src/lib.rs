//! Serve thousands of tenants from PostgreSQL with Diesel, without ever mixing two of them up.
//!
//! * [`Tenancy`]: the library; one per service. [`TenancyBuilder`] configures it.
//! * [`TenantConnection`]: a connection pinned to one tenant, wiped when it is dropped.
#![cfg_attr(feature = "tokio", doc = "* [`TenantDb`]: the same for async code: the right to a connection.")]
//! * [`Registry`], [`Provisioner`], [`Fleet`], [`Roles`]: tenants' rows, their coming and going, their migrations, as
//!   whom their sessions act.
//! * [`blueprint`]: what a clone carries.
#![cfg_attr(feature = "rocket", doc = "* [`web::rocket`]: request guards and problem responses.")]
#![cfg_attr(feature = "embedded", doc = "* [`embedded`]: a PostgreSQL server of one's own.")]
//!
//! The pure half of the library is [`core`] (the crate `tenancy-core`).
//!
//! Features: `libpq-bundled` (default), `libpq-bundled-tls`, `libpq-system` choose how libpq is linked;
//! `tokio`, `rocket`, `embedded`, `cli` add API. None changes how anything behaves.

// Linked for its features: how libpq is built.
use pq_sys as _;

pub mod blueprint;
mod bookkeeping;
mod builder;
mod checkout;
mod connection;
mod context;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
mod fleet;
mod locks;
mod migrations;
mod ownership;
mod pooler;
mod pools;
mod provision;
mod registry;
mod roles;
mod session;
mod tenancy;
#[cfg(feature = "tokio")]
mod tenant_db;
mod transact;
#[cfg(feature = "rocket")]
pub mod web;

pub use builder::TenancyBuilder;
pub use connection::TenantConnection;
pub use error::{Error, RunError, is_stale_plan};
pub use fleet::{
    ExecResult, ExecRow, Fleet, FleetReport, RunOptions, TemplateStanding, TenantReport, TenantStanding,
};
pub use migrations::Migrations;
pub use pooler::Pooler;
pub use pools::{PoolSettings, PoolState};
pub use provision::{NewTenant, Provisioner};
pub use registry::{ListTenants, Registry, TenantChange};
pub use roles::{RoleStanding, Roles};
pub use tenancy::Tenancy;
pub use tenancy_core as core;
pub use tenancy_core::isolation::{Scope, TenantRoles};
// What nearly every service names.
pub use tenancy_core::name::{SchemaName, TenantSlug};
pub use tenancy_core::resolve::{Subdomain, TenantHeader};
pub use tenancy_core::tenant::{ActiveTenant, Tenant, TenantId, TenantStatus};
#[cfg(feature = "tokio")]
pub use tenant_db::TenantDb;
