//! Sign-ups.

use std::process::{Command, Stdio};
use std::thread;

use tenancy_diesel::core::tenant::TenantStatus;
use tenancy_diesel::{Error, Migrations, NewTenant, Tenancy};

use crate::desk::{Desk, slug};
use crate::world::{ASLEEP, World};

#[test]
fn a_tenant_is_created_active_with_its_own_copy_of_everything() {
    let desk = Desk::new();
    let new = NewTenant::new(slug("acme"))
        .name("Acme, \"Inc.\"; DROP SCHEMA public")
        .plan("professional")
        .settings(serde_json::json!({"a": 1}));
    let acme = desk.tenancy().provisioner().create(&new).unwrap();
    assert_eq!(
        (acme.slug.as_str(), acme.status, acme.plan.as_str()),
        ("acme", TenantStatus::Active, "professional")
    );
    assert_eq!(acme.name, "Acme, \"Inc.\"; DROP SCHEMA public");
    assert_eq!(acme.template_version.as_deref(), Some("20260101000000"));
    assert_eq!(desk.value("SELECT migrations FROM tenancy.tenants"), "{20260101000000}");
    desk.create("globex").unwrap();
    desk.world.sql("INSERT INTO tenant_acme.tickets DEFAULT VALUES");
    assert_eq!(desk.value("SELECT count(*) FROM tenant_globex.tickets"), "0");
    assert_eq!(
        desk.value("SELECT last_value::text || is_called FROM tenant_globex.tickets_id_seq"),
        "1false",
        "sequences of its own"
    );
    assert_eq!(desk.value("SELECT count(*) FROM tenant_acme.__diesel_schema_migrations"), "1");
}

#[test]
fn a_taken_slug_is_refused_and_nothing_changes() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    let error = desk.create("acme").unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists(taken) if taken.as_str() == "acme"), "{error}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "1");
}

#[test]
fn two_at_once_make_one_tenant_and_one_clear_refusal() {
    let desk = Desk::new();
    for round in 0..5 {
        let name = format!("race{round}");
        let services: Vec<Tenancy> = (0..4).map(|_| desk.another()).collect();
        let results: Vec<_> = thread::scope(|scope| {
            let hands: Vec<_> = services
                .iter()
                .map(|service| scope.spawn(|| service.provisioner().create(&NewTenant::new(slug(&name)))))
                .collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for refused in results.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, Error::AlreadyExists(_)), "{refused}");
        }
    }
}

#[test]
fn a_schema_of_that_name_is_never_taken_over() {
    let desk = Desk::new();
    desk.world.sql("CREATE SCHEMA tenant_acme; CREATE TABLE tenant_acme.precious AS SELECT 1 AS x");
    let error = desk.create("acme").unwrap_err();
    assert!(matches!(&error, Error::SchemaTaken(schema) if schema.as_str() == "tenant_acme"), "{error}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
    assert_eq!(desk.value("SELECT count(*) FROM tenant_acme.precious"), "1");
}

#[test]
fn what_cannot_be_cloned_is_refused_by_name_and_nothing_remains() {
    let desk = Desk::new();
    desk.world.sql(
        "CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere; \
         CREATE FOREIGN TABLE base_template.parts (id int) SERVER elsewhere",
    );
    let error = desk.create("acme").unwrap_err();
    assert!(matches!(error, Error::Capture(_)) && error.to_string().contains("parts"), "{error}");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
    assert_eq!(desk.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_acme'"), "0");
}

#[test]
fn without_a_template_the_error_names_the_remedy() {
    let desk = Desk::new();
    desk.world.sql("DROP SCHEMA base_template CASCADE");
    let error = desk.create("acme").unwrap_err().to_string();
    assert!(error.contains("base_template") && error.contains("tenancy init"), "{error}");
}

#[test]
fn a_template_made_by_hand_is_taken_as_it_is() {
    let world = World::new(2);
    world.sql("CREATE TABLE base_template.notes (id serial PRIMARY KEY, body text DEFAULT 'base_template')");
    world.tenancy.init().unwrap();
    let acme = world.tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
    assert_eq!(acme.template_version, None);
    world.sql("INSERT INTO tenant_acme.notes DEFAULT VALUES");
    assert_eq!(crate::world::value(&mut world.bare(), "SELECT body FROM tenant_acme.notes"), "base_template");
}

#[test]
fn a_changed_template_is_noticed_by_the_next_sign_up_in_every_process() {
    let desk = Desk::new();
    let other = desk.another();
    desk.create("before").unwrap();
    other.provisioner().create(&NewTenant::new(slug("before2"))).unwrap();
    desk.world.sql("ALTER TABLE base_template.customers ADD COLUMN email text");
    desk.create("after").unwrap();
    other.provisioner().create(&NewTenant::new(slug("after2"))).unwrap();
    let having = "SELECT string_agg(table_schema, ' ' ORDER BY table_schema) FROM information_schema.columns WHERE column_name = 'email' AND table_schema LIKE 'tenant%'";
    assert_eq!(desk.value(having), "tenant_after tenant_after2");
}

/// Every index that is made sleeps, so that a clone can be caught in the middle.
const SLOW: &str = "CREATE FUNCTION public.slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         IF current_setting('search_path') = '' OR current_setting('search_path') = '\"\"' THEN PERFORM pg_sleep(3); END IF; END $$;
     CREATE EVENT TRIGGER slow ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.slow();";

fn wait_for_a_clone(desk: &Desk) {
    desk.world.wait_for(ASLEEP, "1");
}

fn nothing_remains(desk: &Desk) {
    desk.world.wait_for(ASLEEP, "0");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
    assert_eq!(desk.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tenant%'"), "0");
    desk.world.sql("DROP EVENT TRIGGER slow");
    assert_eq!(desk.create("acme").unwrap().status, TenantStatus::Active, "the slug is free again");
}

#[test]
fn a_backend_killed_in_the_middle_leaves_nothing() {
    let desk = Desk::new();
    desk.world.sql(SLOW);
    thread::scope(|scope| {
        let sign_up = scope.spawn(|| desk.create("acme"));
        wait_for_a_clone(&desk);
        desk.world.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
        assert!(sign_up.join().unwrap().is_err());
    });
    nothing_remains(&desk);
}

const CHILD: &str = "TENANCY_TEST_SIGN_UP_AT";

#[test]
fn a_process_killed_in_the_middle_leaves_nothing() {
    let desk = Desk::new();
    desk.world.sql(SLOW);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "create::sign_up_in_a_process_of_its_own"])
        .env(CHILD, desk.world.url())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_a_clone(&desk);
    child.kill().unwrap();
    child.wait().unwrap();
    nothing_remains(&desk);
}

/// The process that the test above kills; without it, a plain sign-up.
#[test]
fn sign_up_in_a_process_of_its_own() {
    let Ok(url) = std::env::var(CHILD) else { return Desk::new().create("acme").map(|_| ()).unwrap() };
    let tenancy = Tenancy::builder().database_url(url).migrations(Migrations::none()).build().unwrap();
    tenancy.provisioner().create(&NewTenant::new(slug("acme"))).unwrap();
}
