//! Schemas that one transaction cannot lock are dropped in several; what ends half-way is continued.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::tenant::{Tenant, TenantStatus};
use tenancy_diesel::{Error, NewTenant, RunOptions, Tenancy};

use crate::desk::slug;
use crate::locked::LockedServer;
use crate::world::value;

/// A server with small lock tables, and the tenants acme, of `tables` tables, and globex, of none.
struct House {
    server: LockedServer,
    tenancy: Tenancy,
}

impl House {
    fn new(per_transaction: u32, connections: u32, tables: usize) -> Self {
        let server = LockedServer::start(per_transaction, connections);
        let tenancy = Tenancy::builder().database_url(server.url()).build().unwrap();
        tenancy.init().unwrap();
        for name in ["acme", "globex"] {
            tenancy.provisioner().create(&NewTenant::new(slug(name))).unwrap();
        }
        server.fill("tenant_acme", tables);
        Self { server, tenancy }
    }

    fn drop(&self) -> Result<Tenant, Error> {
        self.tenancy.provisioner().drop(&slug("acme"))
    }

    fn value(&self, expression: &str) -> String {
        value(&mut self.server.bare(), expression)
    }

    fn tables(&self) -> usize {
        self.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'tenant_acme'").parse().unwrap()
    }

    fn status(&self) -> String {
        self.value("SELECT status FROM tenancy.tenants WHERE slug = 'acme'")
    }

    /// Nothing of acme is left, all of globex is.
    fn assert_gone(&self) {
        assert_eq!(self.value("SELECT string_agg(slug, ' ') FROM tenancy.tenants"), "globex");
        assert_eq!(
            self.value("SELECT string_agg(nspname, ' ') FROM pg_namespace WHERE nspname ~ '^tenant_'"),
            "tenant_globex"
        );
        assert_eq!(self.value("SELECT count(*) FROM pg_roles WHERE rolname ~ '^tenant_'"), "1");
        self.tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    }
}

/// Runs `drop` while `blocker` is held by another session, until it waits for it; then `interrupt`, and says how it ended.
fn interrupted(house: &House, blocker: &str, interrupt: &str) -> Result<Tenant, Error> {
    let mut other = house.server.bare();
    other.batch_execute(&format!("BEGIN; {blocker}")).unwrap();
    let ended = thread::scope(|scope| {
        let dropping = scope.spawn(|| house.drop());
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'DROP'";
        let until = Instant::now() + Duration::from_secs(20);
        while house.value(waiting) == "0" && !dropping.is_finished() {
            assert!(Instant::now() < until, "nobody waits");
            thread::sleep(Duration::from_millis(10));
        }
        house.server.sql(interrupt);
        dropping.join().unwrap()
    });
    other.batch_execute("ROLLBACK").unwrap();
    ended
}

const KILL: &str = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'DROP'";

#[test]
fn five_thousand_objects_are_dropped_with_postgresqls_default_lock_table() {
    // Each table has a sequence, two indexes, a view and a toast table with its index.
    let house = House::new(64, 100, 480);
    let relations = "SELECT count(*) FROM pg_class WHERE relnamespace = 'tenant_acme'::regnamespace";
    assert!(house.value(relations).parse::<usize>().unwrap() >= 900);
    let mut bare = house.server.bare();
    match bare.batch_execute("BEGIN; DROP SCHEMA tenant_acme CASCADE") {
        Err(refused) => assert!(refused.to_string().contains("out of shared memory"), "{refused}"),
        // Newer versions have more shared memory to spare than their settings ask for.
        Ok(()) => assert!(house.value("current_setting('server_version_num')::int >= 170000") == "true"),
    }
    drop(bare);

    let dropped = house.drop().unwrap();
    assert_eq!(dropped.status, TenantStatus::Active, "the row as it was");
    house.assert_gone();
}

#[test]
fn a_small_schema_is_dropped_in_one_transaction() {
    let house = House::new(64, 100, 20);
    let killed = interrupted(&house, "LOCK TABLE tenant_acme.t7", KILL);
    assert!(matches!(killed, Err(Error::Query { .. } | Error::Unreachable(_))), "{killed:?}");
    assert_eq!((house.tables(), house.status().as_str()), (20, "active"), "nothing was changed");
    house.drop().unwrap();
    house.assert_gone();
}

#[test]
fn a_drop_that_was_killed_goes_on_where_it_was() {
    let house = House::new(10, 20, 60);
    let mut left = house.tables();
    // What is dropped first has the highest numbers.
    for table in ["t60", "t41", "t23", "t2"] {
        let ended = interrupted(&house, &format!("LOCK TABLE tenant_acme.{table}"), KILL);
        let Err(Error::DropUnfinished { slug: named, .. }) = &ended else { panic!("{ended:?}") };
        assert_eq!(*named, slug("acme"));
        assert_eq!(house.status(), "dropping");
        let now = house.tables();
        assert!(now > 0 && now <= left, "{table}: {now} of {left} left");
        left = now;
    }
    assert!(left < 20, "{left} tables are left");
    house.drop().unwrap();
    house.assert_gone();
}

#[test]
fn what_postgresql_has_against_a_step_is_told_and_the_next_drop_goes_on() {
    let house = House::new(10, 20, 60);
    house.server.sql(
        "CREATE FUNCTION public.keep() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE object_identity = 'tenant_acme.t30')
             THEN RAISE EXCEPTION 'thirty is dear to me'; END IF; END $$;
         CREATE EVENT TRIGGER keep ON sql_drop EXECUTE FUNCTION public.keep()",
    );
    let error = house.drop().unwrap_err();
    assert!(matches!(&error, Error::DropUnfinished { .. }), "{error:?}");
    assert!(error.to_string().contains("thirty is dear to me"), "{error}");
    assert!(error.to_string().contains("`tenancy drop acme` goes on"), "{error}");
    assert_eq!(house.status(), "dropping");
    house.server.sql("DROP EVENT TRIGGER keep");
    house.drop().unwrap();
    house.assert_gone();
}

#[test]
fn a_half_dropped_tenant_is_gone_for_everybody_but_the_next_drop() {
    let house = House::new(10, 20, 40);
    let before = house.tenancy.tenant(&slug("acme")).unwrap();
    interrupted(&house, "LOCK TABLE tenant_acme.t20", KILL).unwrap_err();
    assert!(house.tables() < 40);
    let provisioner = house.tenancy.provisioner();
    assert!(matches!(house.tenancy.tenant(&slug("acme")), Err(Error::UnknownTenant(_))));
    assert!(matches!(house.tenancy.connect(&before), Err(Error::UnknownTenant(_))), "pins refuse");
    assert!(matches!(provisioner.activate(&slug("acme")), Err(Error::Dropping(_))));
    assert!(matches!(provisioner.rename(&slug("acme"), &slug("apex")), Err(Error::Dropping(_))));
    let again = provisioner.create(&NewTenant::new(slug("acme")));
    assert!(matches!(again, Err(Error::AlreadyExists(_))), "its slug is not free yet: {again:?}");
    let fleet = house.tenancy.fleet();
    let exec = fleet.exec("SELECT 1", &[], |_| {}).unwrap();
    assert_eq!(exec.iter().map(|result| result.slug.as_str()).collect::<Vec<_>>(), ["globex"]);
    assert!(fleet.migrate(&RunOptions::default(), |_| {}).unwrap().is_success());
    let row = house.tenancy.registry().find_by_slug(&slug("acme")).unwrap();
    assert_eq!(row.status, TenantStatus::Dropping, "and operators see it");
    house.drop().unwrap();
    house.assert_gone();
}

#[test]
fn what_stands_outside_and_needs_a_large_schema_is_found_before_anything_is_changed() {
    let house = House::new(10, 20, 40);
    house.server.sql("CREATE TABLE public.other (body tenant_acme.t7)");
    let refused = house.drop();
    assert!(matches!(refused, Err(Error::StillNeeded { .. })), "{refused:?}");
    assert_eq!((house.tables(), house.status().as_str()), (40, "active"));
    house.server.sql("DROP TABLE public.other");
    house.drop().unwrap();
    house.assert_gone();
}

#[test]
fn what_comes_to_need_the_schema_meanwhile_is_not_dropped_along() {
    let house = House::new(10, 20, 40);
    let killed = interrupted(&house, "LOCK TABLE tenant_acme.t20", KILL);
    assert!(matches!(killed, Err(Error::DropUnfinished { .. })), "{killed:?}");
    house.server.sql("CREATE VIEW public.late AS SELECT * FROM tenant_acme.t1");
    let refused = house.drop().unwrap_err();
    assert!(refused.to_string().contains("view public.late"), "{refused}");
    assert_eq!(house.value("SELECT count(*) FROM public.late"), "0");
    house.server.sql("DROP VIEW public.late");
    house.drop().unwrap();
    house.assert_gone();
}

#[test]
fn partitions_keys_in_circles_and_objects_with_many_parts_are_taken_apart() {
    let house = House::new(10, 20, 3);
    let mut conn = house.server.bare();
    let mut own = |sql: &str| {
        let acting =
            "BEGIN; SELECT tenancy.act_as_owner('tenant_acme', true); SET LOCAL search_path TO tenant_acme";
        conn.batch_execute(&format!("{acting}; {sql}; COMMIT"))
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    };
    own("CREATE TABLE parted (id bigint, at int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
         CREATE INDEX ON parted (at); CREATE INDEX ON parted (id DESC)");
    for n in 0..40 {
        own(&format!("CREATE TABLE parted_{n} PARTITION OF parted FOR VALUES FROM ({n}) TO ({})", n + 1));
    }
    own("CREATE TABLE busy (id int PRIMARY KEY)");
    for n in 0..60 {
        own(&format!(
            "CREATE TRIGGER busy_{n} BEFORE INSERT ON busy FOR EACH ROW EXECUTE FUNCTION touch();
             CREATE INDEX busy_{n}_idx ON busy (id) WHERE id > {n}"
        ));
    }
    // Each refers to each other, and to the next one's row type.
    for n in 0..12 {
        own(&format!("CREATE TABLE circle_{n} (id int PRIMARY KEY)"));
    }
    for n in 0..12 {
        let keys: String = (0..12)
            .map(|m| {
                format!(
                    "ALTER TABLE circle_{n} ADD CONSTRAINT to_{m} FOREIGN KEY (id) REFERENCES circle_{m};"
                )
            })
            .collect();
        own(&keys);
        if n > 0 {
            own(&format!("ALTER TABLE circle_{n} ADD COLUMN other circle_{}", n - 1));
        }
    }
    own("CREATE DOMAIN short AS text CHECK (length(VALUE) < 9); CREATE TYPE mood AS ENUM ('ok');
         CREATE TYPE span AS RANGE (subtype = int); CREATE TYPE pair AS (a short, b mood);
         CREATE FUNCTION worse(mood, mood) RETURNS boolean LANGUAGE sql AS 'SELECT true'");
    own("CREATE PROCEDURE go(INOUT p pair) LANGUAGE plpgsql AS 'BEGIN END';
         CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
         CREATE OPERATOR === (LEFTARG = mood, RIGHTARG = mood, FUNCTION = worse);
         CREATE COLLATION german (locale = 'C'); CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple);
         CREATE TEXT SEARCH CONFIGURATION conf (COPY = simple);
         CREATE MATERIALIZED VIEW seen AS SELECT NULL::pair AS p, span(1, 2) AS s;
         CREATE STATISTICS stats ON id, at FROM parted");
    house.drop().unwrap();
    house.assert_gone();
}

#[test]
fn two_that_drop_the_same_tenant_do_not_meet_half_way() {
    let house = House::new(10, 20, 40);
    let outcomes: Vec<_> = thread::scope(|scope| {
        let drops: Vec<_> = (0..2).map(|_| scope.spawn(|| house.drop())).collect();
        drops.into_iter().map(|drop| drop.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(Error::UnknownTenant(_)))), "{outcomes:?}");
    house.assert_gone();
}

#[test]
fn an_operator_who_is_no_superuser_drops_a_large_schema_too() {
    let server = LockedServer::start(10, 20);
    server.sql(
        "CREATE ROLE operator LOGIN NOINHERIT CREATEROLE PASSWORD 'secret'; ALTER DATABASE tenancy OWNER TO operator;
         CREATE ROLE app LOGIN NOINHERIT PASSWORD 'secret'",
    );
    let url = |login: &str| {
        let (scheme, rest) =
            server.url().split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        format!("{scheme}://{login}:secret@{}", rest.rsplit_once('@').unwrap().1)
    };
    let tenancy = Tenancy::builder().database_url(url("app")).operator_url(url("operator")).build().unwrap();
    tenancy.init().unwrap();
    for name in ["acme", "globex"] {
        tenancy.provisioner().create(&NewTenant::new(slug(name))).unwrap();
    }
    server.fill("tenant_acme", 40);
    let house = House { server, tenancy };
    let killed = interrupted(&house, "LOCK TABLE tenant_acme.t20", KILL);
    assert!(matches!(killed, Err(Error::DropUnfinished { .. })), "{killed:?}");
    house.drop().unwrap();
    house.assert_gone();
}
