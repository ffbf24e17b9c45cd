use std::sync::Arc;

use diesel::QueryResult;
use diesel::pg::PgConnection;
use tenancy_core::isolation::{SessionPlan, Statements};
use tenancy_core::name::SchemaName;
use tenancy_core::tenant::TenantId;

use super::own_types::OwnTypes;
use super::uneven::Uneven;
use super::watch::Seen;

/// Whom a session's prepared statements fit.
///
/// Diesel keys them by Rust type, blind to `search_path`. PostgreSQL plans them again when the path changes, and
/// that works as long as the types of parameters and results stay the same; this decides when they do not.
pub(super) struct Memory {
    /// Whom the session served last.
    last: Option<Served>,
    /// Whose types are to be asked for at the check-in.
    to_learn: Option<(TenantId, SchemaName, Option<String>)>,
    /// Statements are left on the server that Diesel has forgotten.
    forgotten: bool,
    uneven: Arc<Uneven>,
    own_types: Arc<OwnTypes>,
}

struct Served {
    tenant: TenantId,
    version: Option<String>,
    own_types: bool,
}

/// More prepared statements than a program has text for: it makes them up (lists of values, column names), and a
/// backend keeps each until it is told otherwise.
const MOST_PREPARED: u32 = 1000;

impl Memory {
    pub(super) fn new(uneven: Arc<Uneven>, own_types: Arc<OwnTypes>) -> Self {
        Self { last: None, to_learn: None, forgotten: false, uneven, own_types }
    }

    /// Notes that the session serves `plan`'s tenant at `version`. `false`: the statements that are prepared do
    /// not fit it, and Diesel must forget them before it runs one.
    pub(super) fn serves(&mut self, plan: &SessionPlan, version: Option<String>) -> bool {
        let tenant = plan.tenant();
        let known = self.own_types.known(tenant, &version);
        if known.is_none() {
            self.to_learn = Some((tenant, plan.schema().clone(), version.clone()));
        }
        let own_types = known.unwrap_or(true);
        let fits = self.last.as_ref().is_none_or(|last| {
            let types_fit = last.tenant == tenant || !(last.own_types || own_types);
            types_fit && last.version == version
        });
        self.last = Some(Served { tenant, version, own_types });
        let fits = fits && !self.uneven.contains(tenant);
        self.forgotten |= !fits;
        fits
    }

    /// What becomes of the statements, after what the watch has seen; `None` when it could not watch.
    pub(super) fn verdict(&self, tenant: Option<TenantId>, seen: Option<Seen>) -> Statements {
        let Some(seen) = seen else { return Statements::Deallocate };
        if seen.stale_plan
            && let Some(tenant) = tenant
        {
            self.uneven.insert(tenant);
        }
        let anew = self.forgotten || seen.learned_type || seen.odd_error || seen.prepared > MOST_PREPARED;
        if anew { Statements::Deallocate } else { Statements::Keep { prepared: seen.prepared } }
    }

    /// Diesel has forgotten statements that are on the server.
    pub(super) fn forget(&mut self) {
        self.forgotten = true;
    }

    /// Nothing is prepared any more.
    pub(super) fn clear(&mut self) {
        self.last = None;
        self.forgotten = false;
    }

    /// Asks for the types of a tenant that was served for the first time, if there was one.
    pub(super) fn learn(&mut self, conn: &mut PgConnection) -> QueryResult<()> {
        if let Some((tenant, schema, version)) = self.to_learn.take() {
            let own_types = self.own_types.learn(conn, tenant, &schema, version)?;
            if let Some(last) = &mut self.last {
                last.own_types = own_types;
            }
        }
        Ok(())
    }
}
