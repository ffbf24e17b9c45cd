//! A tenant from a tenant.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::core::tenant::TenantStatus;
use tenancy_diesel::{Error, Limits, NewTenant, TenantChange, TenantCopy};

use crate::desk::{Desk, slug};
use crate::world::ASLEEP;

fn copy(desk: &Desk, from: &str, to: &str) -> Result<tenancy_diesel::Tenant, Error> {
    let copy = TenantCopy::new(slug(to)).with_data(true);
    desk.tenancy().provisioner().clone_tenant(&slug(from), &copy)
}

/// `acme` with rows, an enum, a sequence that is ahead of them, and a structure of its own.
fn acme() -> Desk {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql(
        "INSERT INTO tenant_acme.customers (name) SELECT 'customer ' || i FROM generate_series(1, 20) i;
         INSERT INTO tenant_acme.tickets (customer_id, level) SELECT id, 'high' FROM tenant_acme.customers;
         SELECT nextval('tenant_acme.tickets_id_seq');
         ALTER TABLE tenant_acme.tickets ADD COLUMN own text DEFAULT 'tenant_acme'",
    );
    desk
}

/// Hashes of all rows, but for what names the schema itself.
fn contents(desk: &Desk, schema: &str) -> String {
    desk.value(&format!(
        "SELECT (SELECT md5(string_agg(c::text, ' ' ORDER BY c::text COLLATE \"C\")) FROM {schema}.customers c) || \
         (SELECT md5(string_agg(t::text, ' ' ORDER BY t::text COLLATE \"C\")) FROM {schema}.tickets t) || \
         (SELECT last_value || ' ' || is_called FROM {schema}.tickets_id_seq)"
    ))
}

#[test]
fn a_clone_with_data_has_every_row_and_goes_on_where_the_source_stands() {
    let desk = acme();
    let globex = copy(&desk, "acme", "globex").unwrap();
    assert_eq!((globex.slug.as_str(), globex.status), ("globex", TenantStatus::Active));
    assert_eq!(contents(&desk, "tenant_globex"), contents(&desk, "tenant_acme"));
    assert_eq!(
        desk.value("SELECT pg_typeof(level)::text FROM tenant_globex.tickets LIMIT 1"),
        "tenant_globex.level"
    );
    desk.world.sql("INSERT INTO tenant_globex.tickets DEFAULT VALUES");
    assert_eq!(desk.value("SELECT max(id) FROM tenant_globex.tickets"), "22");
    assert_eq!(desk.value("SELECT max(id) FROM tenant_acme.tickets"), "20");
}

#[test]
fn a_clone_without_data_is_the_tenants_structure_and_not_the_templates() {
    let desk = acme();
    desk.world.sql("INSERT INTO base_template.customers (name) VALUES ('seed')");
    desk.tenancy().seeds().add(&["customers"]).unwrap();
    let settings = serde_json::json!({"theme": "dark"});
    let change = TenantChange {
        plan: Some("pro".to_owned()),
        settings: Some(settings.clone()),
        ..TenantChange::default()
    };
    desk.tenancy().registry().update(&slug("acme"), &change).unwrap();
    let limits = Limits { connections: std::num::NonZeroU32::new(2), ..Limits::default() };
    desk.tenancy().registry().set_limits(&slug("acme"), &limits).unwrap();
    let new = TenantCopy::new(slug("globex")).name("Globex, Inc.");
    let globex = desk.tenancy().provisioner().clone_tenant(&slug("acme"), &new).unwrap();
    assert_eq!(
        (globex.name.as_str(), globex.plan.as_str(), &globex.settings),
        ("Globex, Inc.", "pro", &settings)
    );
    assert_eq!(globex.limits, Limits::default(), "limits are given by hand");
    assert_eq!(globex.template_version.as_deref(), Some("20260101000000"));
    assert_eq!(
        desk.value("SELECT migrations FROM tenancy.tenants WHERE slug = 'globex'"),
        "{20260101000000}"
    );
    assert_eq!(desk.value("SELECT count(*) FROM tenant_globex.__diesel_schema_migrations"), "1");
    assert_eq!(desk.value("SELECT count(*) FROM tenant_globex.customers"), "0", "not even seeds");
    assert_eq!(
        desk.value("SELECT last_value || ' ' || is_called FROM tenant_globex.tickets_id_seq"),
        "1 false"
    );
    desk.world.sql("INSERT INTO tenant_globex.tickets DEFAULT VALUES");
    assert_eq!(desk.value("SELECT own FROM tenant_globex.tickets"), "tenant_acme", "text stays text");
}

#[test]
fn nothing_of_the_clone_belongs_to_the_source() {
    let desk = acme();
    let role =
        |slug: &str| desk.value(&format!("SELECT role_name FROM tenancy.tenants WHERE slug = '{slug}'"));
    desk.world.sql(&format!(
        "GRANT TRUNCATE, REFERENCES ON tenant_acme.tickets TO {0}; GRANT UPDATE (name) ON tenant_acme.customers TO {0};
         GRANT CREATE ON SCHEMA tenant_acme TO {0}",
        role("acme")
    ));
    copy(&desk, "acme", "globex").unwrap();
    let (acme, globex) = (role("acme"), role("globex"));
    assert_ne!(acme, globex);
    let rights = |schema: &str, role: &str| {
        desk.value(&format!(
            "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
                 SELECT c.relname || ' ' || a.privilege_type AS line FROM pg_class c, aclexplode(c.relacl) a
                 WHERE c.relnamespace = '{schema}'::regnamespace AND a.grantee = '{role}'::regrole
                 UNION ALL SELECT c.relname || b.attname || a.privilege_type FROM pg_class c JOIN pg_attribute b ON b.attrelid = c.oid, aclexplode(b.attacl) a
                 WHERE c.relnamespace = '{schema}'::regnamespace AND a.grantee = '{role}'::regrole
                 UNION ALL SELECT 'schema ' || a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a
                 WHERE n.nspname = '{schema}' AND a.grantee = '{role}'::regrole
                 UNION ALL SELECT 'default ' || d.defaclobjtype::text || a.privilege_type FROM pg_default_acl d, aclexplode(d.defaclacl) a
                 WHERE d.defaclnamespace = '{schema}'::regnamespace AND a.grantee = '{role}'::regrole) rights"
        ))
    };
    assert_eq!(rights("tenant_globex", &acme), "NULL", "the source's role has no rights");
    // As every tenant's, and not what was granted to the source's by hand.
    desk.create("initech").unwrap();
    desk.world.sql("ALTER TABLE tenant_initech.tickets ADD COLUMN own text");
    assert_eq!(rights("tenant_globex", &globex), rights("tenant_initech", &role("initech")));
    // The source can go, and takes nothing along.
    let before = contents(&desk, "tenant_globex");
    desk.tenancy().provisioner().drop(&slug("acme")).unwrap();
    assert_eq!(contents(&desk, "tenant_globex"), before);
    assert!(desk.tenancy().doctor().examine_tenants().unwrap().findings.is_empty());
}

#[test]
fn names_that_are_taken_and_tenants_that_are_not_there_are_refused() {
    let desk = acme();
    desk.create("globex").unwrap();
    for to in ["globex", "acme"] {
        assert!(matches!(copy(&desk, "acme", to), Err(Error::AlreadyExists(taken)) if taken.as_str() == to));
    }
    assert!(matches!(copy(&desk, "nobody", "initech"), Err(Error::UnknownTenant(name)) if name == "nobody"));
    desk.world.sql("CREATE SCHEMA tenant_initech");
    assert!(matches!(copy(&desk, "acme", "initech"), Err(Error::SchemaTaken(_))));
    desk.world.sql("ALTER SCHEMA tenant_acme RENAME TO elsewhere");
    let missing = copy(&desk, "acme", "hooli").unwrap_err();
    assert!(matches!(&missing, Error::SchemaMissing { slug, .. } if slug.as_str() == "acme"), "{missing}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "2");
}

#[test]
fn suspended_and_archived_tenants_are_cloned_and_the_clone_is_active() {
    let desk = acme();
    desk.tenancy().provisioner().suspend(&slug("acme")).unwrap();
    assert_eq!(copy(&desk, "acme", "one").unwrap().status, TenantStatus::Active);
    desk.tenancy().provisioner().archive(&slug("acme")).unwrap();
    assert_eq!(copy(&desk, "acme", "two").unwrap().status, TenantStatus::Active);
    desk.world.sql("UPDATE tenancy.tenants SET status = 'provisioning' WHERE slug = 'acme'");
    let error = copy(&desk, "acme", "three").unwrap_err();
    assert!(matches!(&error, Error::CannotClone { reason, .. } if reason == "it is provisioning"), "{error}");
}

#[test]
fn a_tenant_without_a_role_is_refused_with_the_remedy() {
    let desk = acme();
    desk.world.sql("UPDATE tenancy.tenants SET role_name = NULL WHERE slug = 'acme'");
    let error = copy(&desk, "acme", "globex").unwrap_err().to_string();
    assert!(error.contains("tenancy roles --apply --only acme"), "{error}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "1");
}

#[test]
fn what_is_for_the_sources_role_alone_is_refused_by_name() {
    let desk = acme();
    let role = desk.value("SELECT role_name FROM tenancy.tenants");
    desk.world.sql(&format!("CREATE POLICY mine ON tenant_acme.tickets TO {role} USING (true)"));
    let error = copy(&desk, "acme", "globex").unwrap_err().to_string();
    assert!(error.contains("policy mine") && error.contains("own role"), "{error}");
}

/// Whatever takes rows in the schema `tenant_globex` sleeps first.
const SLOW: &str = "CREATE FUNCTION public.nap(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
         IF current_setting('search_path') LIKE '%tenant_globex%' THEN PERFORM pg_sleep(3); END IF; RETURN true; END $$;
     ALTER TABLE tenant_acme.customers ADD CHECK (name <> 'customer 1' OR public.nap(name))";

#[test]
fn the_source_is_served_while_it_is_cloned_and_can_neither_be_dropped_nor_altered() {
    let desk = acme();
    desk.world.sql(SLOW);
    let before = contents(&desk, "tenant_acme");
    thread::scope(|scope| {
        let cloning = scope.spawn(|| copy(&desk, "acme", "globex"));
        desk.world.wait_for(ASLEEP, "1");
        let acme = desk.world.find("acme");
        // Pinned anew, under its name, and writing.
        desk.tenancy()
            .connect(&acme)
            .unwrap()
            .batch_execute("INSERT INTO customers (name) VALUES ('late')")
            .unwrap();
        let altered = desk.world.bare().batch_execute(
            "SET lock_timeout = 200; ALTER TABLE tenant_acme.tickets ADD COLUMN later integer",
        );
        assert!(altered.unwrap_err().to_string().contains("lock timeout"));
        let dropping = scope.spawn(|| desk.tenancy().provisioner().drop(&slug("acme")));
        assert!(cloning.join().unwrap().is_ok());
        assert!(dropping.join().unwrap().is_ok(), "afterwards it can be dropped");
    });
    assert_eq!(contents(&desk, "tenant_globex"), before, "the late row is not of that moment");
}

#[test]
fn a_tenant_that_is_being_dropped_is_not_cloned() {
    let desk = acme();
    let mut dropping = desk.world.bare();
    let id = desk.value("SELECT id FROM tenancy.tenants");
    // What a drop does: its locks first.
    dropping
        .batch_execute(&format!(
            "BEGIN; SELECT pg_advisory_xact_lock(1952804461, hashtext('{id}')), pg_advisory_xact_lock(1952804465, hashtext('{id}'));
             DELETE FROM tenancy.tenants WHERE slug = 'acme'; DROP SCHEMA tenant_acme CASCADE"
        ))
        .unwrap();
    thread::scope(|scope| {
        let cloning = scope.spawn(|| copy(&desk, "acme", "globex"));
        desk.world.wait_for(crate::world::POLLING, "1");
        dropping.batch_execute("COMMIT").unwrap();
        assert!(matches!(cloning.join().unwrap(), Err(Error::UnknownTenant(_))));
    });
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
}

#[test]
fn a_backend_killed_while_rows_are_copied_leaves_nothing() {
    let desk = acme();
    desk.world.sql(SLOW);
    thread::scope(|scope| {
        let cloning = scope.spawn(|| copy(&desk, "acme", "globex"));
        desk.world.wait_for(ASLEEP, "1");
        desk.world.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
        assert!(cloning.join().unwrap().is_err());
    });
    assert_eq!(desk.value("SELECT string_agg(slug, ' ') FROM tenancy.tenants"), "acme");
    assert_eq!(desk.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_globex'"), "0");
    let roles = "SELECT count(*) FROM pg_roles r WHERE r.rolname ~ '^tenant_[0-9a-f]{32}$' AND pg_has_role(r.oid, \
                 (SELECT tenants_role FROM tenancy.installation)::name, 'MEMBER')";
    assert_eq!(desk.value(roles), "1", "nor a role");
}

#[test]
fn no_clone_ever_shows_half_of_what_a_tenants_requests_write() {
    let desk = acme();
    desk.world.sql("TRUNCATE tenant_acme.customers CASCADE");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let acme = desk.world.find("acme");
                while !done.load(Ordering::Relaxed) {
                    // A customer never lives without a ticket.
                    desk.tenancy()
                        .connect(&acme)
                        .unwrap()
                        .batch_execute(
                            "BEGIN; INSERT INTO customers (name) VALUES ('x'); \
                             INSERT INTO tickets (customer_id) SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT FROM tickets t WHERE t.customer_id = c.id); \
                             COMMIT",
                        )
                        .unwrap();
                }
            });
        }
        thread::sleep(Duration::from_millis(100));
        for round in 0..4 {
            let name = format!("copy{round}");
            copy(&desk, "acme", &name).unwrap();
            let lonely = format!(
                "SELECT (SELECT count(*) FROM tenant_{name}.customers c WHERE NOT EXISTS (SELECT FROM tenant_{name}.tickets t WHERE t.customer_id = c.id)) \
                 || ' ' || ((SELECT last_value FROM tenant_{name}.tickets_id_seq) >= (SELECT max(id) FROM tenant_{name}.tickets))"
            );
            assert_eq!(desk.value(&lonely), "0 true");
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_ne!(
        desk.value("SELECT count(*) FROM tenant_copy3.customers"),
        desk.value("SELECT count(*) FROM tenant_copy0.customers")
    );
}

#[test]
fn two_clones_of_one_tenant_at_once() {
    let desk = acme();
    let results: Vec<_> = thread::scope(|scope| {
        let hands: Vec<_> = ["one", "two", "three"]
            .map(|to| {
                scope.spawn({
                    let desk = &desk;
                    move || copy(desk, "acme", to)
                })
            })
            .into();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    for result in results {
        result.unwrap();
    }
    assert_eq!(contents(&desk, "tenant_one"), contents(&desk, "tenant_three"));
}

#[test]
fn a_clone_is_migrated_like_every_other_tenant() {
    let desk = acme();
    desk.write("2026-02-01-000000_more", "CREATE TABLE more (id serial)", None);
    copy(&desk, "acme", "globex").unwrap();
    assert_eq!(desk.migrate().failed().count(), 0);
    assert_eq!(desk.value("SELECT count(*) FROM pg_class WHERE relname = 'more' AND relkind = 'r'"), "3");
    desk.tenancy().provisioner().create(&NewTenant::new(slug("initech"))).unwrap();
}

#[test]
fn a_tenant_whose_functions_may_reach_into_it_from_a_clone_is_refused() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql(
        "CREATE FUNCTION tenant_acme.peek() RETURNS bigint LANGUAGE plpgsql AS
         $$ DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM tenant_acme.customers' INTO n; RETURN n; END $$",
    );
    desk.tenancy().roles().apply(&[], |_, _| {}).unwrap();
    let copy = TenantCopy::new(slug("globex"));
    let refused = desk.tenancy().provisioner().clone_tenant(&slug("acme"), &copy).unwrap_err();
    assert!(matches!(refused, Error::CannotClone { .. }), "{refused}");
    assert!(
        refused.to_string().contains("tenant_acme.peek()") && refused.to_string().contains("line 1"),
        "{refused}"
    );
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "1");
    desk.world.sql("DROP FUNCTION tenant_acme.peek()");
    desk.tenancy().provisioner().clone_tenant(&slug("acme"), &copy).unwrap();
}

/// A literal is not bound to what it names: the clone would draw from the source's sequence.
#[test]
fn a_tenant_with_a_text_that_names_its_schema_is_refused_too() {
    let desk = acme();
    desk.world.sql(
        "CREATE SEQUENCE tenant_acme.drawn; \
         ALTER TABLE tenant_acme.tickets ADD COLUMN drawn bigint DEFAULT nextval('tenant_acme.drawn'::text)",
    );
    let error = copy(&desk, "acme", "globex").unwrap_err().to_string();
    assert!(error.contains("'tenant_acme.drawn'") && error.contains("column drawn"), "{error}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants WHERE slug = 'globex'"), "0");
}
