//! Suspend, activate, rename, drop, change.

use tenancy_diesel::core::resolve::TenantKey;
use tenancy_diesel::core::tenant::TenantStatus;
use tenancy_diesel::{Error, ListTenants, TenantChange};

use crate::desk::{Desk, slug};

#[test]
fn a_suspended_tenant_is_not_served_until_it_is_activated() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    let provisioner = desk.tenancy().provisioner();
    for _ in 0..2 {
        assert_eq!(provisioner.suspend(&slug("acme")).unwrap().status, TenantStatus::Suspended);
    }
    assert!(matches!(desk.tenancy().tenant(&slug("acme")), Err(Error::NotActive(_))));
    provisioner.activate(&slug("acme")).unwrap();
    desk.tenancy().connect(&desk.world.find("acme")).map(drop).unwrap();
    provisioner.archive(&slug("acme")).unwrap();
    assert!(desk.tenancy().tenant(&slug("acme")).is_err());
    assert!(matches!(provisioner.suspend(&slug("nobody")), Err(Error::UnknownTenant(_))));
}

#[test]
fn a_renamed_tenant_keeps_its_id_and_its_data() {
    let desk = Desk::new();
    let before = desk.create("acme").unwrap();
    desk.create("globex").unwrap();
    desk.world.sql("INSERT INTO tenant_acme.customers (name) VALUES ('Ann')");
    let after = desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
    assert_eq!(after.id, before.id);
    assert_eq!(after.placement.schema().unwrap().as_str(), "tenant_apex");
    assert_eq!(desk.value("SELECT name FROM tenant_apex.customers"), "Ann");
    assert!(matches!(desk.tenancy().tenant(&slug("acme")), Err(Error::UnknownTenant(_))));
    assert_eq!(desk.tenancy().registry().find(&TenantKey::Id(before.id)).unwrap().slug, slug("apex"));

    let taken = desk.tenancy().provisioner().rename(&slug("apex"), &slug("globex"));
    assert!(matches!(taken, Err(Error::AlreadyExists(_))), "{taken:?}");
    desk.world.sql("CREATE SCHEMA tenant_stray");
    let stray = desk.tenancy().provisioner().rename(&slug("apex"), &slug("stray"));
    assert!(matches!(stray, Err(Error::SchemaTaken(_))), "{stray:?}");
    assert_eq!(desk.value("SELECT name FROM tenant_apex.customers"), "Ann", "nothing changed");
    assert_eq!(desk.tenancy().registry().find_by_slug(&slug("apex")).unwrap().slug, slug("apex"));
}

#[test]
fn a_renamed_tenants_views_functions_and_keys_go_on_working() {
    let desk = Desk::new();
    desk.world.sql(
        "CREATE VIEW base_template.names AS SELECT name FROM base_template.customers;
         CREATE FUNCTION base_template.how_many() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM base_template.customers; END;",
    );
    desk.create("acme").unwrap();
    desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
    desk.world.sql("INSERT INTO tenant_apex.customers (name) VALUES ('Ann'); INSERT INTO tenant_apex.tickets (customer_id) SELECT id FROM tenant_apex.customers");
    assert_eq!(desk.value("SELECT name FROM tenant_apex.names"), "Ann");
    assert_eq!(desk.value("SELECT tenant_apex.how_many()"), "1");
}

#[test]
fn a_dropped_tenant_is_gone_and_its_slug_is_free() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.tenancy().provisioner().drop(&slug("acme")).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenant_acme'"), "0");
    assert!(matches!(desk.tenancy().provisioner().drop(&slug("acme")), Err(Error::UnknownTenant(_))));
    desk.create("acme").unwrap();
}

#[test]
fn a_row_without_a_schema_can_still_be_dropped() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql("DROP SCHEMA tenant_acme CASCADE");
    desk.tenancy().provisioner().drop(&slug("acme")).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "0");
}

#[test]
fn a_row_is_changed_only_where_something_is_said() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    let registry = desk.tenancy().registry();
    let change = TenantChange { plan: Some("enterprise".into()), ..TenantChange::default() };
    let changed = registry.update(&slug("acme"), &change).unwrap();
    assert_eq!((changed.plan.as_str(), changed.name.as_str()), ("enterprise", "acme"));
    assert!(changed.updated_at > changed.created_at);
    let bad = TenantChange { settings: Some(serde_json::json!([1])), ..TenantChange::default() };
    assert!(registry.update(&slug("acme"), &bad).is_err());
    assert!(matches!(registry.update(&slug("nobody"), &change), Err(Error::UnknownTenant(_))));
    assert_eq!(
        registry.update(&slug("acme"), &TenantChange::default()).unwrap(),
        registry.find_by_slug(&slug("acme")).unwrap()
    );
}

#[test]
fn tenants_are_listed_page_by_page() {
    let desk = Desk::new();
    desk.create_many(5);
    desk.tenancy().provisioner().suspend(&slug("t03")).unwrap();
    let list = |page: &ListTenants| -> Vec<String> {
        desk.tenancy()
            .registry()
            .list(page)
            .unwrap()
            .into_iter()
            .map(|tenant| tenant.slug.to_string())
            .collect()
    };
    assert_eq!(list(&ListTenants::default()).len(), 5);
    assert_eq!(list(&ListTenants { limit: Some(2), ..ListTenants::default() }), ["t00", "t01"]);
    assert_eq!(
        list(&ListTenants { after: Some(slug("t01")), limit: Some(2), ..ListTenants::default() }),
        ["t02", "t03"]
    );
    assert_eq!(
        list(&ListTenants { status: Some(TenantStatus::Suspended), ..ListTenants::default() }),
        ["t03"]
    );
}

#[test]
fn a_row_that_cannot_be_read_is_an_error_of_that_row() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql("UPDATE tenancy.tenants SET slug = 'admin'");
    let error = desk.tenancy().registry().list(&ListTenants::default()).unwrap_err();
    assert!(matches!(&error, Error::Registry { slug, .. } if slug == "admin"), "{error}");
}

#[test]
fn a_tenant_that_something_outside_needs_is_not_dropped() {
    let desk = Desk::new();
    desk.create_many(2);
    desk.world.sql(
        "ALTER TABLE tenant_t01.tickets ADD COLUMN of_another tenant_t00.level;
         CREATE VIEW public.names AS SELECT name FROM tenant_t00.customers",
    );
    let error = desk.tenancy().provisioner().drop(&slug("t00")).unwrap_err();
    let Error::StillNeeded { schema, objects } = &error else { panic!("{error}") };
    assert_eq!(schema.as_str(), "tenant_t00");
    assert_eq!(objects.len(), 2, "{error}");
    assert!(objects[0].contains("column of_another of table tenant_t01.tickets"), "{error}");
    assert!(objects[1].contains("on view public.names"), "{error}");
    desk.tenancy().connect(&desk.world.find("t00")).map(drop).unwrap();
    assert_eq!(desk.value("SELECT count(*) FROM tenant_t00.customers"), "0", "nothing was dropped");
    assert_eq!(desk.value("SELECT count(of_another) FROM tenant_t01.tickets"), "0");

    desk.world.sql("ALTER TABLE tenant_t01.tickets DROP COLUMN of_another; DROP VIEW public.names");
    desk.tenancy().provisioner().drop(&slug("t00")).unwrap();
}

#[test]
fn a_tenant_in_a_database_of_its_own_is_not_dropped_here() {
    let desk = Desk::new();
    desk.world.sql(
        "CREATE SCHEMA payroll; CREATE TABLE payroll.salaries (n int);
         INSERT INTO tenancy.tenants (slug, name, status, placement, database_name, schema_name)
         VALUES ('big', 'big', 'active', 'database', 'big_db', 'payroll')",
    );
    let refused = desk.tenancy().provisioner().drop(&slug("big"));
    assert!(matches!(refused, Err(Error::Plan(_))), "{refused:?}");
    assert_eq!(desk.value("SELECT count(*) FROM payroll.salaries"), "0", "somebody else's schema is left");
    assert_eq!(desk.value("SELECT count(*) FROM tenancy.tenants"), "1");
}

#[test]
fn a_schema_that_another_tenants_row_names_is_taken() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql("INSERT INTO tenancy.tenants (slug, name, status, schema_name) VALUES ('adopted', 'a', 'active', 'tenant_x')");
    let renamed = desk.tenancy().provisioner().rename(&slug("acme"), &slug("x"));
    for refused in [renamed, desk.create("x")] {
        assert!(
            matches!(&refused, Err(Error::SchemaTaken(schema)) if schema.as_str() == "tenant_x"),
            "{refused:?}"
        );
    }
    assert_eq!(desk.value("SELECT string_agg(slug, ' ' ORDER BY slug) FROM tenancy.tenants"), "acme adopted");
}

#[test]
fn a_cast_of_others_by_a_function_of_the_tenant_keeps_it_from_being_dropped() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql(
        "CREATE TYPE public.one AS (x integer); CREATE TYPE public.two AS (x integer); CREATE TYPE tenant_acme.own AS (x integer);
         CREATE FUNCTION tenant_acme.f(public.one) RETURNS public.two LANGUAGE sql AS 'SELECT ROW($1.x)::public.two';
         CREATE FUNCTION tenant_acme.f(public.one, integer) RETURNS tenant_acme.own LANGUAGE sql AS 'SELECT ROW($1.x)::tenant_acme.own';
         CREATE CAST (public.one AS tenant_acme.own) WITH FUNCTION tenant_acme.f(public.one, integer);
         CREATE CAST (public.one AS public.two) WITH FUNCTION tenant_acme.f(public.one)",
    );
    let refused = desk.tenancy().provisioner().drop(&slug("acme")).unwrap_err();
    assert!(
        matches!(&refused, Error::StillNeeded { objects, .. } if *objects == ["cast from public.one to public.two"]),
        "{refused}"
    );
    desk.world.sql("DROP CAST (public.one AS public.two)");
    // The one to a type of its own is the tenant's.
    desk.tenancy().provisioner().drop(&slug("acme")).unwrap();
}
