//! What can go wrong. `run_error`: the library or the work; `said`: what PostgreSQL said.

mod run_error;
mod said;

use std::time::Duration;

use diesel::result::Error as DieselError;
use tenancy_core::conninfo::PlainText;
use tenancy_core::fleet::{CatalogError, RunId, RunState};
use tenancy_core::isolation::{PlanError, Refusal};
use tenancy_core::migration::{MigrationNameError, RUST_MARKER};
use tenancy_core::name::{NameError, RoleName, SchemaName, TenantSlug};
use tenancy_core::resolve::ResolveError;
use tenancy_core::scoped::WrongTenant;
use tenancy_core::structure::Difference;
use tenancy_core::tenant::NotActive;

use crate::blueprint::CaptureError;
use crate::secrets::SecretError;
use crate::structure::ReadError;

pub use run_error::RunError;
pub(crate) use said::{STALE_PLAN, is_out_of_locks};
pub use said::{is_lock_timeout, is_stale_plan, is_statement_timeout};

/// What can go wrong in this library.
///
/// The texts are for operators and logs: they may name schemas and quote PostgreSQL. What a client of a web
/// service may read is decided by the web adapters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name was refused.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A source of the tenant's name makes no sense.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The request names no tenant.
    #[error("the request names no tenant")]
    NoTenantNamed,
    /// Two sources of one request name different tenants.
    #[error("the request names two tenants: `{first}` and `{second}`")]
    TenantsDiffer {
        /// What the stronger source names.
        first: String,
        /// What a weaker source names.
        second: String,
    },
    /// There is no such tenant.
    #[error("there is no tenant `{0}`")]
    UnknownTenant(String),
    /// The tenant exists and is not served.
    #[error(transparent)]
    NotActive(#[from] NotActive),
    /// A [`Scoped`](crate::Scoped) value of one tenant was used in another. To a client there is no such thing.
    #[error(transparent)]
    WrongTenant(#[from] WrongTenant),
    /// The slug is taken.
    #[error("tenant `{0}` already exists")]
    AlreadyExists(TenantSlug),
    /// A schema of that name exists, or another tenant's row names it; it is never taken over.
    #[error("schema `{0}` already exists: drop or rename it, it is never taken over silently")]
    SchemaTaken(SchemaName),
    /// The tenant's schema is not there.
    #[error(
        "schema `{schema}` of tenant `{slug}` does not exist, or the tenant's role may not use it: restore it from a backup, \
         run `tenancy roles --apply`, or drop the tenant"
    )]
    SchemaMissing {
        /// The tenant.
        slug: TenantSlug,
        /// The schema that PostgreSQL did not find.
        schema: SchemaName,
    },
    /// A table of the template is missing in the tenant, and queries on it would be answered from a shared schema.
    /// Told in debug builds only; see
    /// [`TenancyBuilder::detect_fall_through`](crate::TenancyBuilder::detect_fall_through).
    #[error(
        "`{relation}` of the template is missing in tenant `{slug}`, and queries would be answered from \
         `{shared}.{relation}`: run `tenancy check`; migrate or restore the tenant, or rename the shared one"
    )]
    SchemaIncomplete {
        /// The tenant.
        slug: TenantSlug,
        /// What is missing.
        relation: String,
        /// The shared schema that has one of that name.
        shared: String,
    },
    /// The tenant is being dropped or renamed at this moment; try again.
    #[error("tenant `{0}` is being dropped or renamed: try again in a moment")]
    TenantBusy(TenantSlug),
    /// A table cannot be a seed, or is none.
    #[error("`{table}` is no seed table: {reason}")]
    NoSeed {
        /// The name that was given.
        table: String,
        /// Why.
        reason: String,
    },
    /// The tenant cannot be cloned as it is now.
    #[error("tenant `{slug}` cannot be cloned: {reason}")]
    CannotClone {
        /// The tenant that was to be cloned.
        slug: TenantSlug,
        /// Why, and what helps.
        reason: String,
    },
    /// Policies apply to whoever copies rows, and would hide some of them.
    #[error(
        "the rows of {} cannot be copied: row security is forced on whoever owns them, here `{role}`, and might hide some. \
         As a superuser, run `ALTER ROLE \"{role}\" BYPASSRLS`, or take FORCE ROW LEVEL SECURITY off for the time being",
        tables.join(", ")
    )]
    RowsHidden {
        /// The tables.
        tables: Vec<String>,
        /// As whom they are copied.
        role: String,
    },
    /// Something outside the tenant's schema needs something in it, and would be dropped along.
    #[error("schema `{schema}` cannot be dropped: outside it, {} need it; drop those first", objects.join(", "))]
    StillNeeded {
        /// The tenant's schema.
        schema: SchemaName,
        /// What would be dropped along, in PostgreSQL's words; the first ten.
        objects: Vec<String>,
    },
    /// The tenant is being dropped in several transactions, or such a drop was interrupted.
    #[error(
        "tenant `{0}` is being dropped, and was perhaps interrupted in it: `tenancy drop {0}` goes on with that"
    )]
    Dropping(TenantSlug),
    /// The drop of a large tenant ended half-way. The tenant is not served any more, and the next drop goes on.
    #[error(
        "tenant `{slug}` is no longer served, but some of its schema `{schema}` is left: {source}. Mend that, then \
         `tenancy drop {slug}` goes on"
    )]
    DropUnfinished {
        /// The tenant.
        slug: TenantSlug,
        /// Its schema.
        schema: SchemaName,
        /// Why it ended.
        source: Box<Error>,
    },
    /// A schema cannot be renamed: functions in it name it, in a way that cannot be rewritten for sure.
    #[error("schema `{schema}` cannot be renamed, because functions in it name it: {}", doubts.join("; "))]
    NamesItself {
        /// The schema.
        schema: SchemaName,
        /// Each function, and where it does.
        doubts: Vec<String>,
    },
    /// PostgreSQL's lock table, which all sessions share, had no room for what one transaction locks.
    #[error(
        "{doing}: that takes {needed} locks in one transaction, and all sessions of the server share {slots}: set \
         `max_locks_per_transaction` to {remedy} or more and restart it, or try again when less is going on"
    )]
    OutOfLocks {
        /// What was being done.
        doing: &'static str,
        /// About how many locks it takes.
        needed: usize,
        /// For how many the server makes room.
        slots: usize,
        /// The setting with which it takes a quarter of them.
        remedy: usize,
    },
    /// The tenant's placement is not available.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Every connection was busy for as long as the pool is allowed to wait.
    #[error("all {size} connections {purpose} were busy for {waited:?}")]
    PoolExhausted {
        /// What the pool's connections are for, and the remedy where there is one.
        purpose: &'static str,
        /// The pool's size.
        size: u32,
        /// How long the caller waited.
        waited: Duration,
    },
    /// Every connection that the tenant may hold was in use for as long as the pool is allowed to wait.
    #[error(
        "all {limit} connections that tenant `{slug}` may hold were in use for {waited:?}: make its requests shorter, \
         or raise its limit (`tenancy limits {slug} --connections N`, `PoolSettings::max_per_tenant`). A thread that \
         holds one and asks for another may be waiting for itself"
    )]
    TenantLimit {
        /// The tenant.
        slug: TenantSlug,
        /// How many it may hold at once.
        limit: u32,
        /// How long the caller waited.
        waited: Duration,
    },
    /// PostgreSQL does not let a session be limited like this.
    #[error("limit {setting} to `{value}`: {reason}")]
    LimitRefused {
        /// The setting.
        setting: String,
        /// The value that was refused.
        value: String,
        /// What PostgreSQL said, with the statement that helps where there is one.
        reason: String,
    },
    /// No connection could be made.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The connection would travel over a network unencrypted.
    #[error(transparent)]
    PlainText(#[from] PlainText),
    /// The control plane is not installed.
    #[error(
        "the control plane is missing or out of date (schema `tenancy`): run `tenancy init`, or `Tenancy::init`"
    )]
    NotInitialized,
    /// Tenants are to have roles of their own, and this database was set up without.
    #[error(
        "tenants are to have roles of their own, and this database was set up without: run `tenancy roles --apply` as \
         a login that may create roles, or configure `TenantRoles::Off` (`--roles off`)"
    )]
    NoRoles,
    /// The login may not do what roles for tenants need.
    #[error("login `{login}` {lacks}: {remedy}, or configure `TenantRoles::Off` (`--roles off`)")]
    RolesRefused {
        /// The login.
        login: String,
        /// What it may not do.
        lacks: &'static str,
        /// The statement that helps, for a superuser to run.
        remedy: String,
    },
    /// The tenant is served by a login of its own, whose password this service cannot read.
    #[error(
        "login `{0}` serves this tenant, and the service has no key for its password: configure \
         `TenancyBuilder::secret_key` (`TENANCY_SECRET_KEY`)"
    )]
    NoSecretKey(RoleName),
    /// There is no such login among those that the library made.
    #[error("there is no login `{0}` of this library's making: `tenancy logins` lists them")]
    UnknownLogin(RoleName),
    /// A password could not be sealed or read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The template cannot be cloned.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// A clone was not what the template is, and was undone.
    #[error(
        "schema `{schema}` was cloned and undone, because it is not what the template is: {}",
        some(differences)
    )]
    CloneDiffers {
        /// The schema that was to be made.
        schema: SchemaName,
        /// In what it differs; never empty.
        differences: Vec<Difference>,
    },
    /// A schema could not be read.
    #[error(transparent)]
    Structure(#[from] ReadError),
    /// The migrations cannot be put in order.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The migrations cannot be read.
    #[error("read the migrations: {0}")]
    Migrations(String),
    /// A migration was given a name that is none.
    #[error(transparent)]
    MigrationName(#[from] MigrationNameError),
    /// A migration is a function in Rust, and this program does not have it.
    #[error(
        "migration {0} is a function in Rust that this program does not have (its up.sql says `{RUST_MARKER}`): let \
         the service that registers it with `Migrations::with` migrate"
    )]
    MigrationElsewhere(String),
    /// A migration cannot be run, whatever the schema.
    #[error("migration {migration} cannot be run: {reason}")]
    MigrationRefused {
        /// The migration's name.
        migration: String,
        /// Why.
        reason: String,
    },
    /// A migration failed.
    #[error("migration {migration} of schema `{schema}`: {reason}")]
    Migration {
        /// The migration's name.
        migration: String,
        /// The schema it ran in.
        schema: SchemaName,
        /// What PostgreSQL said.
        reason: String,
    },
    /// A row of the registry holds what this version cannot read.
    #[error("registry row of tenant `{slug}`: {reason}")]
    Registry {
        /// The slug in the row, as it is.
        slug: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another run over the whole fleet is under way.
    #[error(
        "another run is under way: {holder}. Wait for it (`--wait`), or leave the work to it (`--go-on`)"
    )]
    FleetBusy {
        /// Who it is.
        holder: String,
    },
    /// A run over all tenants is paused, and nobody said that another is to take its place.
    #[error(
        "run {0} is paused: `tenancy migrate --resume {0}` goes on with it, `--supersede` begins another in its place"
    )]
    RunPaused(RunId),
    /// No run was left unfinished.
    #[error("there is no unfinished run to resume: `tenancy migrate` begins one, `tenancy runs` lists them")]
    NothingToResume,
    /// There is no such run over the fleet.
    #[error("there is no run {0}: `tenancy runs` lists them")]
    UnknownRun(RunId),
    /// A process works on the run, and no other may.
    #[error(
        "run {run} is under way: {runner} works on it{}. Wait for it, or stop it with `tenancy runs pause {run}`",
        backend.map(|pid| format!(" (its connection is PostgreSQL's process {pid})")).unwrap_or_default()
    )]
    RunUnderWay {
        /// The run.
        run: RunId,
        /// Host and process.
        runner: String,
        /// The process of PostgreSQL that serves it.
        backend: Option<i32>,
    },
    /// Nobody works on the run.
    #[error("run {run} is {standing}, and nobody works on it: there is nothing to pause")]
    RunNotUnderWay {
        /// The run.
        run: RunId,
        /// How it stands.
        standing: &'static str,
    },
    /// The run cannot be resumed.
    #[error(
        "run {run} is {state} and cannot be resumed: `tenancy migrate` begins another, which does what is left to do"
    )]
    RunOver {
        /// The run.
        run: RunId,
        /// How it stands.
        state: RunState,
    },
    /// What a runner did was undone, because the run is not its own any more.
    #[error("run {run} is lost to this runner, and what it was doing was undone: {reason}")]
    RunLost {
        /// The run.
        run: RunId,
        /// What it found.
        reason: String,
    },
    /// The ledger holds what this version cannot read.
    #[error("ledger of run {run}: {reason}")]
    Ledger {
        /// The run.
        run: RunId,
        /// What is wrong with it.
        reason: String,
    },
    /// A connection was asked for that outlives a transaction, where only transactions are pinned.
    #[error(
        "a connection on loan needs a session, and this service is configured with `Scope::Transaction`: use \
         `Tenancy::transaction` (or `TenantDb`), or `Scope::Session` where there is no pooler in transaction mode"
    )]
    SessionScopeNeeded,
    /// An operator's work needs a session, and only the URL of the pooler is known.
    #[error(
        "with `Scope::Transaction`, creating, changing and migrating tenants needs a way to PostgreSQL itself, not \
         through the pooler: configure `TenancyBuilder::operator_url`"
    )]
    OperatorUrlNeeded,
    /// The work of a pinned transaction succeeded and was not committed: it did what cannot be had there.
    #[error("the work for tenant `{slug}` was not committed: {refusal}")]
    NotCommitted {
        /// The tenant.
        slug: TenantSlug,
        /// What it did.
        refusal: Refusal,
    },
    /// A pooler in transaction mode stands where a session is needed.
    #[error(
        "between the service and PostgreSQL ({url_of}) is a pooler in transaction mode, behind which a session's \
         tenant reaches other clients: {remedy}"
    )]
    TransactionPooler {
        /// Which of the builder's URLs leads through it.
        url_of: &'static str,
        /// What helps.
        remedy: &'static str,
    },
    /// PostgreSQL refused a statement.
    #[error("{doing}: {source}")]
    Query {
        /// What the statement was for.
        doing: &'static str,
        /// What Diesel reported.
        source: DieselError,
    },
}

impl Error {
    /// Names what a failed statement was for.
    pub(crate) fn query(doing: &'static str) -> impl Fn(DieselError) -> Self {
        move |source| Self::Query { doing, source }
    }
}

/// The first ten.
fn some(differences: &[Difference]) -> String {
    let mut told: Vec<String> = differences.iter().take(10).map(ToString::to_string).collect();
    if differences.len() > told.len() {
        told.push(format!("and {} more", differences.len() - told.len()));
    }
    told.join("; ")
}

/// A statement of the application, run without further context.
impl From<DieselError> for Error {
    fn from(source: DieselError) -> Self {
        Self::Query { doing: "run a query", source }
    }
}
