//! Rows that every new tenant starts with.

use std::thread;

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::Error;

use crate::desk::Desk;

/// Plans that refer to each other and to countries, with an enum, an identity and a trigger.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.world.sql(
        r#"SET search_path = base_template;
        CREATE TABLE countries (code text PRIMARY KEY, best_plan integer);
        CREATE TABLE plans (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, country text REFERENCES countries, level level, levels level[],
                            double integer GENERATED ALWAYS AS (id * 2) STORED);
        ALTER TABLE countries ADD FOREIGN KEY (best_plan) REFERENCES plans DEFERRABLE INITIALLY DEFERRED;
        CREATE TABLE audit (what text);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (TG_TABLE_NAME); RETURN NEW; END $$;
        CREATE TRIGGER note AFTER INSERT ON plans FOR EACH ROW EXECUTE FUNCTION note();
        CREATE MATERIALIZED VIEW plan_count AS SELECT count(*) AS n FROM plans;
        BEGIN;
        INSERT INTO countries VALUES ('de', 2), ('fr', 1);
        INSERT INTO plans (country, level, levels) VALUES ('de', 'low', '{low,high}'), ('fr', 'high', NULL);
        COMMIT;
        INSERT INTO customers (name) VALUES ('not a seed');"#,
    );
    desk
}

fn rows(desk: &Desk, schema: &str) -> String {
    desk.value(&format!(
        "SELECT (SELECT string_agg(p::text, ' ' ORDER BY id) FROM {schema}.plans p) || ' ' || (SELECT string_agg(c::text, ' ' ORDER BY code) FROM {schema}.countries c)"
    ))
}

#[test]
fn every_new_tenant_starts_with_the_rows_of_the_seeds_and_no_others() {
    let desk = desk();
    desk.create("before").unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM tenant_before.plans"), "0");
    desk.tenancy().seeds().add(&["plans", "countries", "plans"]).unwrap();
    desk.create("acme").unwrap();
    assert_eq!(rows(&desk, "tenant_acme"), rows(&desk, "base_template"));
    assert_eq!(desk.value("SELECT count(*) FROM tenant_acme.audit"), "0", "triggers do not fire");
    assert_eq!(desk.value("SELECT count(*) FROM tenant_acme.customers"), "0");
    assert_eq!(desk.value("SELECT n FROM tenant_acme.plan_count"), "2");
    desk.world.sql("SET search_path = tenant_acme; INSERT INTO plans (country) VALUES ('de')");
    assert_eq!(desk.value("SELECT max(id) FROM tenant_acme.plans"), "3", "the sequence goes on");
    assert_eq!(
        desk.value("SELECT last_value FROM base_template.plans_id_seq"),
        "2",
        "and is the tenant's own"
    );
    assert_eq!(desk.value("SELECT count(*) FROM tenant_before.plans"), "0", "who is there stays as it is");
}

#[test]
fn the_rows_are_those_of_the_moment_and_the_list_is_everybodys() {
    let desk = desk();
    let other = desk.another();
    other.provisioner().create(&tenancy_diesel::NewTenant::new(crate::desk::slug("first"))).unwrap();
    desk.tenancy().seeds().add(&["countries"]).unwrap();
    desk.world.sql("ALTER TABLE base_template.countries DROP CONSTRAINT countries_best_plan_fkey");
    // A process with a blueprint in its memory from before.
    other.provisioner().create(&tenancy_diesel::NewTenant::new(crate::desk::slug("second"))).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM tenant_second.countries"), "2");
    desk.world.sql("INSERT INTO base_template.countries VALUES ('it')");
    other.provisioner().create(&tenancy_diesel::NewTenant::new(crate::desk::slug("third"))).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM tenant_third.countries"), "3");
    desk.tenancy().seeds().remove(&["countries"]).unwrap();
    other.provisioner().create(&tenancy_diesel::NewTenant::new(crate::desk::slug("fourth"))).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM tenant_fourth.countries"), "0");
}

#[test]
fn a_foreign_key_to_a_table_that_is_no_seed_is_an_error_and_leaves_nothing() {
    let desk = desk();
    desk.tenancy().seeds().add(&["plans"]).unwrap();
    let error = desk.create("acme").unwrap_err().to_string();
    assert!(error.contains("plans_country_fkey"), "{error}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
}

#[test]
fn what_is_no_table_of_the_template_is_no_seed() {
    let desk = desk();
    desk.world.sql(
        "CREATE TABLE base_template.events (day date) PARTITION BY RANGE (day); \
         CREATE TABLE base_template.events_1 PARTITION OF base_template.events DEFAULT",
    );
    let seeds = desk.tenancy().seeds();
    for (table, reason) in [
        ("gone", "no such table"),
        ("PLANS", "no such table"),
        ("plan_count", "no table"),
        ("events_1", "partition: its rows come with those of `events`"),
    ] {
        let error = seeds.add(&["plans", table]).unwrap_err();
        assert!(matches!(&error, Error::NoSeed { table: named, .. } if named == table), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(seeds.list().unwrap(), [], "all or none");
    assert!(seeds.remove(&["plans"]).unwrap_err().to_string().contains("not on record"));
}

#[test]
fn a_seed_that_a_migration_dropped_is_named_by_everybody() {
    let desk = desk();
    desk.tenancy().seeds().add(&["audit"]).unwrap();
    desk.write("2026-02-01-000000_no_audit", "ALTER TABLE audit RENAME TO old_audit", None);
    assert_eq!(desk.migrate().failed().count(), 0);
    for error in [
        desk.create("acme").unwrap_err(),
        desk.tenancy().init().unwrap_err(),
        desk.tenancy().seeds().check().unwrap_err(),
    ] {
        assert!(matches!(error, Error::Capture(_)), "{error}");
        let said = error.to_string();
        assert!(said.contains("`audit`") && said.contains("tenancy seed --remove"), "{said}");
    }
    let found = desk.tenancy().doctor().examine_tenants().unwrap();
    assert_eq!(found.finding("seed_missing").unwrap().subjects, ["table audit of base_template"]);
    assert_eq!(
        desk.tenancy().seeds().list().unwrap().iter().map(|seed| seed.exists).collect::<Vec<_>>(),
        [false]
    );
    desk.tenancy().seeds().remove(&["audit"]).unwrap();
    desk.tenancy().init().unwrap();
    desk.create("acme").unwrap();
}

#[test]
fn a_column_that_is_added_by_hand_while_rows_are_copied_is_not_lost() {
    let desk = desk();
    desk.tenancy().seeds().add(&["countries", "plans"]).unwrap();
    desk.create("warm").unwrap();
    let mut hand = desk.world.bare();
    hand.batch_execute("BEGIN; ALTER TABLE base_template.countries ADD COLUMN name text DEFAULT 'added'")
        .unwrap();
    thread::scope(|scope| {
        let sign_up = scope.spawn(|| desk.create("acme"));
        desk.world.wait_for(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'base_template.countries'::regclass",
            "1",
        );
        hand.batch_execute("COMMIT").unwrap();
        sign_up.join().unwrap().unwrap();
    });
    assert_eq!(desk.value("SELECT string_agg(DISTINCT name, ' ') FROM tenant_acme.countries"), "added");
    assert_eq!(rows(&desk, "tenant_acme"), rows(&desk, "base_template"));
}

/// The tables that were made by hand are the owner's, as those of migrations are.
fn adopted() -> Desk {
    let desk = desk();
    desk.create("zero").unwrap();
    desk
}

/// The tenant called `slug` is made of a spare, or not.
fn signs_up(desk: &Desk, slug: &str) -> bool {
    let spares = desk.tenancy().spares().list().unwrap();
    let tenant = desk.create(slug).unwrap();
    spares.iter().any(|spare| spare.id == tenant.id)
}

#[test]
fn a_spare_with_rows_of_yesterday_is_nobodys() {
    let desk = adopted();
    let keep = || desk.tenancy().spares().keep(1, |_| {}).unwrap();
    keep();
    // Other tables are seeds now.
    desk.tenancy().seeds().add(&["countries", "plans"]).unwrap();
    assert!(!signs_up(&desk, "one"));
    assert_eq!(rows(&desk, "tenant_one"), rows(&desk, "base_template"));
    assert_eq!((keep().made, keep().made), (1, 0));
    assert!(signs_up(&desk, "two"), "nothing has changed");
    assert_eq!(rows(&desk, "tenant_two"), rows(&desk, "base_template"));
    for (slug, change) in [
        ("three", "UPDATE base_template.plans SET level = level WHERE id = 1"),
        ("four", "INSERT INTO base_template.countries VALUES ('it')"),
        ("five", "DELETE FROM base_template.countries WHERE code = 'it'"),
    ] {
        keep();
        desk.world.sql(&format!("SET search_path = base_template; {change}"));
        assert!(!signs_up(&desk, slug), "{change}");
        assert_eq!(rows(&desk, &format!("tenant_{slug}")), rows(&desk, "base_template"), "{change}");
    }
    assert_eq!(keep().dropped, 1, "and is dropped");
    desk.tenancy().seeds().remove(&["countries", "plans"]).unwrap();
    assert!(!signs_up(&desk, "six"));
    assert_eq!(desk.value("SELECT count(*) FROM tenant_six.plans"), "0");
}

#[test]
fn rows_that_are_written_while_a_spare_is_made_are_not_taken_for_its_own() {
    let desk = adopted();
    desk.tenancy().seeds().add(&["countries", "plans"]).unwrap();
    desk.world.sql(
        "CREATE FUNCTION public.nap() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); END $$;
         CREATE EVENT TRIGGER nap ON ddl_command_end WHEN TAG IN ('CREATE MATERIALIZED VIEW') EXECUTE FUNCTION public.nap()",
    );
    thread::scope(|scope| {
        let making = scope.spawn(|| desk.tenancy().spares().keep(1, |_| {}).unwrap());
        desk.world.wait_for(crate::world::ASLEEP, "1");
        desk.world.sql("INSERT INTO base_template.countries VALUES ('it')");
        making.join().unwrap();
    });
    desk.world.sql("DROP EVENT TRIGGER nap");
    assert!(!signs_up(&desk, "acme"), "it may have been copied before");
    assert_eq!(rows(&desk, "tenant_acme"), rows(&desk, "base_template"));
}

#[test]
fn spares_of_a_template_that_is_not_its_owners_yet_are_made_anew() {
    let desk = desk();
    desk.tenancy().seeds().add(&["countries", "plans"]).unwrap();
    // Nobody could say what their rows were like; by now the template is the owner's.
    desk.tenancy().spares().keep(1, |_| {}).unwrap();
    assert!(!signs_up(&desk, "one"));
    desk.tenancy().spares().keep(1, |_| {}).unwrap();
    assert!(signs_up(&desk, "two"));
    assert_eq!(rows(&desk, "tenant_two"), rows(&desk, "base_template"));
}
