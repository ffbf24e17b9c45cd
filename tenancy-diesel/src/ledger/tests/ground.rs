use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{PgConnection, sql_query};
use tenancy_core::fleet::{Catalog, Direction, FleetPlan, Migration, Policy, RunId, Subject};
use tenancy_core::name::{SchemaName, TenantSlug};
use tenancy_core::tenant::TenantId;
use uuid::Uuid;

use crate::Tenancy;
use crate::embedded::{TestDatabase, test_server};
use crate::ledger::open::Opened;
use crate::ledger::{Entry, Hold, NewRun, RunCounts, Step, enroll, open, reading};

/// A control plane whose tenants `t0`, `t1` and so on are rows only.
pub(super) struct Ground {
    pub(super) tenancy: Tenancy,
    pub(super) database: TestDatabase,
}

#[derive(QueryableByName)]
pub(super) struct Value {
    #[diesel(sql_type = Text)]
    pub(super) value: String,
}

impl Ground {
    pub(super) fn new(tenants: usize) -> Self {
        let database = test_server().fresh_database();
        let tenancy = Tenancy::builder().database_url(database.url()).build().unwrap();
        tenancy.init().unwrap();
        let ground = Self { tenancy, database };
        ground.session().batch_execute(&format!(
            "INSERT INTO tenancy.tenants (id, slug, name, status, schema_name, migrations, template_version) \
             SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 't' || n, '', 'active', 'tenant_t' || n, '{{1,3}}', '3' \
             FROM generate_series(0, {tenants} - 1) n"
        )).unwrap();
        ground
    }

    pub(super) fn session(&self) -> PgConnection {
        PgConnection::establish(self.database.url()).unwrap()
    }

    pub(super) fn value(&self, query: &str) -> String {
        let query = format!("SELECT coalesce(({query})::text, 'NULL') AS value");
        sql_query(query).get_result::<Value>(&mut self.session()).unwrap().value
    }

    /// The plan for migration 2 of all tenants, which was merged late.
    pub(super) fn plan(tenants: usize, policy: &Policy) -> FleetPlan {
        let migrations = ["1", "2", "3"].map(|version| Migration {
            version: version.into(),
            name: format!("{version}_x"),
            transactional: true,
        });
        let subjects = (0..tenants).map(|n| Subject {
            id: tenant(n),
            slug: TenantSlug::parse(&format!("t{n}")).unwrap(),
            schema: SchemaName::parse(&format!("tenant_t{n}")).unwrap(),
            applied: vec!["1".into(), "3".into()],
        });
        FleetPlan::up(&Catalog::new(migrations.into()).unwrap(), subjects, policy)
    }

    /// A run of these tenants that has begun.
    pub(super) fn run(&self, conn: &mut PgConnection, tenants: usize) -> Hold {
        let hold = begin(conn).hold;
        let plan = Self::plan(tenants, &Policy::default());
        assert_eq!(enroll(conn, hold.id, &plan.waves).unwrap(), tenants);
        hold
    }
}

pub(super) fn tenant(n: usize) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(u128::from_str_radix(&n.to_string(), 16).unwrap()))
}

pub(super) fn counts(conn: &mut PgConnection, run: RunId) -> RunCounts {
    reading::find(conn, run).unwrap().unwrap().counts
}

/// How many runs are alive.
pub(super) fn under_way(conn: &mut PgConnection) -> usize {
    reading::list(conn, None).unwrap().iter().filter(|run| run.alive).count()
}

pub(super) fn begin(conn: &mut PgConnection) -> Opened {
    let new = NewRun {
        direction: Direction::Up,
        versions: &["1", "2", "3"],
        policy: &Policy { max_rate: Some(12.5), ..Policy::default() },
        started_by: "ada@desk",
        runner: "desk, process 1",
    };
    open(conn, &new).unwrap()
}

pub(super) fn entry(hold: Hold) -> Entry<'static> {
    Entry { hold, direction: Direction::Up, version: "2", worker: "desk/1" }
}

pub(super) fn steps(tenants: impl IntoIterator<Item = usize>, last: bool) -> Vec<Step> {
    tenants.into_iter().map(|n| Step { tenant: tenant(n), milliseconds: 1.5, last }).collect()
}
