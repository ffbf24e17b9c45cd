//! One migration of many tenants in one transaction: one batch for each of them, one record of all, one commit.
//!
//! What holds for a tenant that is alone in its session must hold here too, so between two tenants the session is wiped as
//! the gate wipes it (a temporary table or a setting that the migration left would reach the next tenant), and what a
//! migration puts off to the commit runs at once (a deferred trigger would find the names of the last tenant). Whatever is
//! out of the ordinary is left to [`alone`](super::alone): a tenant that is busy, or has an owner of its own, or whose
//! schema knows more than its registry row.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, sql_query};
use tenancy_core::fleet::{Direction, GroupSize, RunnerName};
use tenancy_core::isolation::{SessionDefaults, SharedSchemas, wipe};
use tenancy_core::name::{RoleName, SchemaName, TenantSlug};
use tenancy_core::script::Script;
use uuid::Uuid;

use super::apply::{IMMEDIATE, depth};
use super::member::Member;
use super::patience::Patience;
use super::session_name::name_transaction;
use crate::bookkeeping;
use crate::error::Error;
use crate::ledger::{self, Entry, Step};
use crate::locks;

/// What is done to a group.
pub(super) struct Group<'a> {
    /// What the session is called.
    pub(super) name: &'a RunnerName,
    pub(super) shared: &'a SharedSchemas,
    pub(super) patience: Patience,
    pub(super) version: &'a str,
    pub(super) direction: Direction,
    pub(super) sql: &'a str,
    /// Whether it is the last migration that these tenants need.
    pub(super) last: bool,
    pub(super) record: Entry<'a>,
    /// Whether to count the locks that it took.
    pub(super) count_locks: bool,
}

/// What became of one member, in the order of the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Done, and by whom: by us, or found done.
    Done { by_us: bool, took: Duration },
    /// It must be worked on alone.
    Alone,
}

/// What became of a group that was committed.
pub(super) struct Committed {
    pub(super) fates: Vec<Fate>,
    /// How many locks the transaction held, if they were counted.
    pub(super) locks: Option<usize>,
}

#[derive(QueryableByName)]
struct Home {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    schema_name: String,
    /// What the registry has on record.
    #[diesel(sql_type = Array<Text>)]
    migrations: Vec<String>,
    /// As whom: the owner of all tenants' schemas, or the login where none of ours owns it.
    #[diesel(sql_type = Nullable<Text>)]
    owner: Option<String>,
}

impl Home {
    fn has(&self, version: &str) -> bool {
        self.migrations.iter().any(|has| has == version)
    }
}

/// Tenants that can be migrated in a group: their schema is there, and they have no owner of their own.
const HOMES: &str = "\
    SELECT t.id, t.slug, t.schema_name, t.migrations, \
           CASE WHEN pg_catalog.pg_get_userbyid(n.nspowner) = i.owner_role::name THEN i.owner_role END AS owner \
      FROM tenancy.tenants t \
      JOIN pg_catalog.pg_namespace n ON n.nspname = t.schema_name::name \
      LEFT JOIN tenancy.installation i ON true \
     WHERE t.id = ANY ($1) AND t.placement = 'schema' AND t.status <> 'dropping' AND t.owner_name IS NULL";

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    held: bool,
}

#[derive(QueryableByName)]
struct Session {
    #[diesel(sql_type = Text)]
    pin: String,
    #[diesel(sql_type = Text)]
    path: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// After so long a group takes in nobody else: its next tenants have more rows than those by which its size was chosen.
const LONG: Duration = GroupSize::AIM.saturating_mul(3);

/// Does it to all `members`, or to none: an error says nothing of which of them was to blame.
pub(super) fn run(
    conn: &mut PgConnection,
    group: &Group<'_>,
    members: &mut [Member<'_>],
) -> Result<Committed, Error> {
    conn.transaction(|conn| {
        let begin = name_transaction(group.name).script(&group.patience.local());
        conn.batch_execute(begin.as_str()).map_err(Error::query("begin a group"))?;
        let ids: Vec<Uuid> = members.iter().map(|member| member.id.as_uuid()).collect();
        // The locks first: the next statement's snapshot is younger than they are.
        let held: Vec<Held> = sql_query(locks::try_migrating_many().as_str())
            .bind::<Array<SqlUuid>, _>(&ids)
            .load(conn)
            .map_err(Error::query("lock a group of tenants"))?;
        let held: Vec<Uuid> = held.into_iter().filter(|row| row.held).map(|row| row.id).collect();
        let homes: Vec<Home> = sql_query(HOMES)
            .bind::<Array<SqlUuid>, _>(&held)
            .load(conn)
            .map_err(Error::query("read where a group of tenants lives"))?;
        let homes: HashMap<Uuid, Home> = homes.into_iter().map(|home| (home.id, home)).collect();
        let session: Session = sql_query(
            "SELECT pg_catalog.current_setting('tenancy.pin') AS pin, \
             pg_catalog.current_setting('search_path') AS path",
        )
        .get_result(conn)
        .map_err(Error::query("read the session"))?;

        let depth_before = depth(conn);
        let mut fates = Vec::with_capacity(members.len());
        let (mut steps, mut found) = (Vec::with_capacity(members.len()), Vec::new());
        let (mut first, mut locked) = (true, None);
        for member in members.iter_mut() {
            let fate = match homes.get(&member.id.as_uuid()).map(|home| arrive(member, home)).transpose()? {
                // Those before it are locked until the end.
                _ if locked.is_some_and(|since: Instant| since.elapsed() > LONG) => Fate::Alone,
                None => Fate::Alone,
                Some(home) if home.has(group.version) == (group.direction == Direction::Up) => {
                    Fate::Done { by_us: false, took: Duration::ZERO }
                }
                Some(home) => {
                    let began = Instant::now();
                    locked.get_or_insert(began);
                    let batch = group.batch(member, home, first)?;
                    first = false;
                    conn.batch_execute(batch.as_str()).map_err(Error::query("migrate a group of tenants"))?;
                    if depth(conn) != depth_before {
                        // Not to be met: such texts stand alone.
                        return Err(Error::Migrations(
                            "a migration ended the transaction of a group".to_owned(),
                        ));
                    }
                    Fate::Done { by_us: true, took: began.elapsed() }
                }
            };
            match fate {
                Fate::Done { by_us: true, took } => steps.push(Step {
                    tenant: member.id,
                    milliseconds: took.as_secs_f64() * 1e3,
                    last: group.last,
                }),
                Fate::Done { .. } if group.last => found.push(member.id),
                Fate::Done { .. } | Fate::Alone => {}
            }
            fates.push(fate);
        }
        // As impatient as before: all of them are locked while registry and ledger are waited for.
        let end = group.wiped(&session).script(&group.patience.local());
        conn.batch_execute(end.as_str()).map_err(Error::query("end a group"))?;
        ledger::record(conn, group.record, &steps)?;
        if !found.is_empty() {
            ledger::done_already(conn, group.record.hold, &found)?;
        }
        let locks = match group.count_locks {
            true => Some(count_locks(conn)?),
            false => None,
        };
        Ok(Committed { fates, locks })
    })
}

/// What the tenant is called and where it lives at this moment.
fn arrive<'a>(member: &mut Member<'_>, home: &'a Home) -> Result<&'a Home, Error> {
    let corrupt = |reason: String| Error::Registry { slug: home.slug.clone(), reason };
    member.slug = TenantSlug::parse(&home.slug).map_err(|error| corrupt(error.to_string()))?;
    member.schema = SchemaName::parse(&home.schema_name).map_err(|error| corrupt(error.to_string()))?;
    Ok(home)
}

impl Group<'_> {
    /// Everything that is done to one tenant.
    fn batch(&self, member: &Member<'_>, home: &Home, first: bool) -> Result<Script, Error> {
        let schema = &member.schema;
        let start = if first { Script::default() } else { self.wipe().script(&self.patience.local()) };
        let start = match home.owner.as_deref().map(RoleName::parse).transpose() {
            Ok(Some(role)) => start.sql("SET LOCAL ROLE ").ident(role.ident()).sql(";\n"),
            Ok(None) => start.sql("SET LOCAL ROLE NONE;\n"),
            Err(error) => {
                let slug = member.slug.to_string();
                return Err(Error::Registry { slug, reason: error.to_string() });
            }
        };
        // First: it fails when the schema has other migrations than the registry says, or is gone; and from here on nobody
        // drops the schema.
        let down = match self.direction {
            Direction::Up => bookkeeping::insert_into_existing(schema, self.version),
            Direction::Down => bookkeeping::delete_existing(schema, self.version),
        };
        Ok(start
            .sql("SET LOCAL search_path TO ")
            .script(&self.shared.search_path(schema))
            .sql(";\n")
            .script(&bookkeeping::expect(schema, &home.migrations))
            .script(&down)
            .migration(self.sql)
            .sql(IMMEDIATE))
    }

    /// Makes the session what it was when it was taken from its pool, and calls it what it is called in this run: `RESET ALL`
    /// leaves the server's own settings, by whose time zone a default would be another moment for the next tenant.
    fn wipe(&self) -> Script {
        wipe(&SessionDefaults::default())
            .sql("SELECT pg_catalog.pg_advisory_unlock_all();\n")
            .script(&name_transaction(self.name))
    }

    /// The session as it was when the group began: wiped, and pinned as the gate expects.
    fn wiped(&self, session: &Session) -> Script {
        self.wipe()
            .sql("SELECT pg_catalog.set_config('search_path', ")
            .literal(&session.path)
            .sql(", false), pg_catalog.set_config('tenancy.pin', ")
            .literal(&session.pin)
            .sql(", false);\n")
    }
}

fn count_locks(conn: &mut PgConnection) -> Result<usize, Error> {
    let row: Count = sql_query(
        "SELECT count(*) AS count FROM pg_catalog.pg_locks \
         WHERE pid = pg_catalog.pg_backend_pid() AND NOT fastpath",
    )
    .get_result(conn)
    .map_err(Error::query("count a group's locks"))?;
    Ok(usize::try_from(row.count).unwrap_or(0))
}
