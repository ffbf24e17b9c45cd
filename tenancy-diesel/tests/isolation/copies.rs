//! A tenant from a tenant, by logins that are no superusers.

use tenancy_diesel::core::name::TenantSlug;
use tenancy_diesel::{Error, TenantCopy};

use crate::house::{House, Logins};

fn slug(slug: &str) -> TenantSlug {
    slug.parse().unwrap()
}

fn copy(house: &House, from: &str, to: &str) -> Result<tenancy_diesel::Tenant, Error> {
    house.tenancy.provisioner().clone_tenant(&slug(from), &TenantCopy::new(slug(to)).with_data(true))
}

#[test]
fn a_clone_is_as_closed_as_every_tenant() {
    for logins in [Logins::Superuser, Logins::One, Logins::Two] {
        let house = House::new(logins);
        copy(&house, "acme", "initech").unwrap();
        assert_eq!(house.value("initech", "SELECT string_agg(name || mood, ' ') FROM people"), "acmecalm");
        house.attempt("initech", "INSERT INTO people (name) VALUES ('new')").unwrap();
        assert_eq!(house.value("initech", "SELECT headcount() || ' ' || headcount_atomic()"), "2 2");
        assert_eq!(house.value("acme", "SELECT headcount()"), "1");
        for (who, whom) in [("initech", "acme"), ("acme", "initech")] {
            let refused =
                house.attempt_value(who, &format!("SELECT count(*) FROM tenant_{whom}.people")).unwrap_err();
            assert!(refused.contains(&format!("permission denied for schema tenant_{whom}")), "{refused}");
            let refused = house
                .attempt_value(who, &format!("SELECT nextval('tenant_{whom}.people_id_seq')"))
                .unwrap_err();
            assert!(refused.contains("permission denied"), "{refused}");
        }
        let refused = house.attempt("initech", "DELETE FROM __diesel_schema_migrations").unwrap_err();
        assert!(refused.contains("permission denied"), "{refused}");
        // Everything in it belongs to the owner, and no grant names another tenant's role.
        let foreign = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a \
                       JOIN tenancy.tenants t ON to_regrole(t.role_name) = a.grantee WHERE n.nspname = 'tenant_initech' AND t.slug <> 'initech'";
        assert_eq!(house.truth(foreign), "0");
        house.tenancy.provisioner().drop(&slug("acme")).unwrap();
        assert_eq!(house.value("initech", "SELECT headcount()"), "2");
    }
}

#[test]
fn seeds_are_read_as_the_owner_of_the_template() {
    for logins in [Logins::One, Logins::Two] {
        let house = House::new(logins);
        house.sql("INSERT INTO base_template.people (name) VALUES ('everybody')");
        house.tenancy.seeds().add(&["people"]).unwrap();
        house.move_in("initech");
        assert_eq!(
            house.value("initech", "SELECT string_agg(name, ' ' ORDER BY id) FROM people"),
            "everybody initech"
        );
    }
}

#[test]
fn rows_that_a_forced_policy_hides_are_refused_until_the_owner_sees_them() {
    let house = House::new(Logins::Two);
    let owner = house.truth("SELECT owner_role FROM tenancy.installation");
    house.sql(
        "ALTER TABLE tenant_acme.people ENABLE ROW LEVEL SECURITY; ALTER TABLE tenant_acme.people FORCE ROW LEVEL SECURITY;
         CREATE POLICY none ON tenant_acme.people USING (false)",
    );
    let error = copy(&house, "acme", "initech").unwrap_err();
    assert!(
        matches!(&error, Error::RowsHidden { tables, .. } if *tables == ["`tenant_acme.people`"]),
        "{error}"
    );
    let remedy = error.to_string();
    let remedy = remedy.split('`').find(|part| part.starts_with("ALTER ROLE")).unwrap();
    assert_eq!(remedy, format!("ALTER ROLE \"{owner}\" BYPASSRLS"));
    assert_eq!(house.truth("SELECT count(*) FROM tenancy.tenants"), "2");
    // The structure alone hides nothing.
    house.tenancy.provisioner().clone_tenant(&slug("acme"), &TenantCopy::new(slug("bare"))).unwrap();
    house.sql(remedy);
    copy(&house, "acme", "initech").unwrap();
    assert_eq!(house.truth("SELECT count(*) FROM tenant_initech.people"), "1");
    assert_eq!(house.value("initech", "SELECT count(*) FROM people"), "0", "the policy holds in the clone");
}
