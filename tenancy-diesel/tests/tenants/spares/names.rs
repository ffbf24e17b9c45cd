//! Functions that name their schema as text follow a claim and a rename.

use super::{keep, ready};
use crate::desk::{Desk, slug};
use tenancy_diesel::{Error, NewTenant};

#[test]
fn a_spare_dumps_like_a_clone() {
    let desk = Desk::new();
    desk.world.sql(
        "SELECT tenancy.act_as_owner(NULL, false); SET search_path TO base_template;
         CREATE VIEW names AS SELECT name FROM customers;
         CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM base_template.customers';
         CREATE FUNCTION of_path() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = base_template, pg_temp
             AS 'BEGIN RETURN (SELECT count(*) FROM customers); END';
         CREATE FUNCTION bound() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM customers; END;
         COMMENT ON FUNCTION how_many IS 'of base_template'; CREATE PROCEDURE nothing() LANGUAGE sql AS ''",
    );
    let about = |schema: &str| {
        desk.value(&format!(
            "SELECT string_agg(pg_get_functiondef(oid) || coalesce(obj_description(oid), ''), E'\\n' ORDER BY proname)
             FROM pg_proc WHERE pronamespace = '{schema}'::regnamespace"
        ))
        .replace(schema, "SCHEMA")
    };
    desk.create("cloned").unwrap();
    keep(desk.tenancy(), 1);
    desk.create("acme").unwrap();
    assert_eq!(ready(desk.tenancy()), 0, "it was taken");
    assert_eq!(about("tenant_acme"), about("tenant_cloned"));
    assert!(about("tenant_acme").contains("SCHEMA.customers"), "{}", about("tenant_acme"));
    desk.world.sql("INSERT INTO tenant_acme.customers (name) VALUES ('Ann')");
    for function in ["how_many", "of_path", "bound"] {
        assert_eq!(desk.value(&format!("SELECT tenant_acme.{function}()")), "1", "{function}");
        assert_eq!(desk.value(&format!("SELECT tenant_cloned.{function}()")), "0", "{function}");
    }
    // Renamed again, they follow.
    desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
    for function in ["how_many", "of_path", "bound"] {
        assert_eq!(desk.value(&format!("SELECT tenant_apex.{function}()")), "1", "{function}");
    }
    assert_eq!(about("tenant_apex"), about("tenant_cloned"));
}

#[test]
fn a_function_that_names_its_schema_in_a_text_keeps_it_from_being_renamed() {
    let desk = Desk::new();
    desk.create("acme").unwrap();
    desk.world.sql(
        "CREATE FUNCTION tenant_acme.dynamic() RETURNS void LANGUAGE plpgsql AS
         'BEGIN EXECUTE ''DELETE FROM tenant_acme.customers''; END'",
    );
    let refused = desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap_err();
    assert!(matches!(&refused, Error::NamesItself { .. }), "{refused:?}");
    assert!(
        refused.to_string().contains("tenant_acme.dynamic()")
            || refused.to_string().contains("tenant_apex.dynamic()"),
        "{refused}"
    );
    desk.tenancy().connect(&desk.world.find("acme")).map(drop).unwrap();
    desk.world.sql("DROP FUNCTION tenant_acme.dynamic()");
    desk.tenancy().provisioner().rename(&slug("acme"), &slug("apex")).unwrap();
}

#[test]
fn a_name_that_may_be_any_word_keeps_no_tenant_from_being_renamed() {
    let desk = Desk::new();
    let bare = desk.another_with(|builder| builder.schema_prefix(""));
    bare.provisioner().create(&NewTenant::new(slug("customers"))).unwrap();
    desk.world.sql(
        "SET search_path = customers;
         CREATE FUNCTION customers.all_of() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM customers';
         CREATE FUNCTION customers.own() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM customers.tickets'",
    );
    bare.provisioner().rename(&slug("customers"), &slug("clients")).unwrap();
    assert_eq!(
        desk.value("SELECT prosrc FROM pg_proc WHERE proname = 'all_of'"),
        "SELECT count(*) FROM customers"
    );
    assert_eq!(
        desk.value("SELECT prosrc FROM pg_proc WHERE proname = 'own'"),
        "SELECT count(*) FROM clients.tickets"
    );
}
