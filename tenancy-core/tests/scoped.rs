//! Values of one tenant, made, checked, kept and brought back.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::json;
use tenancy_core::placement::Placement;
use tenancy_core::scoped::{InTenant, ParseScopedError, Scoped, WrongTenant};
use tenancy_core::tenant::{ActiveTenant, Tenant, TenantId, TenantStatus};
use uuid::Uuid;

const ACME: &str = "018f4e1c-7d5c-7cc0-8000-00000000000a";
const GLOBEX: &str = "018f4e1c-7d5c-7cc0-8000-00000000000b";

fn id(text: &str) -> TenantId {
    TenantId::from_uuid(Uuid::parse_str(text).unwrap())
}

fn tenant(id_text: &str, slug: &str) -> ActiveTenant {
    let slug = slug.parse().unwrap();
    let placement = Placement::Schema { schema: format!("tenant_{slug}").parse().unwrap() };
    let tenant = Tenant {
        id: id(id_text),
        slug,
        role: None,
        login: None,
        limits: Default::default(),
        name: "A company".to_owned(),
        status: TenantStatus::Active,
        placement,
        plan: "free".to_owned(),
        settings: json!({}),
        template_version: None,
        created_at: Default::default(),
        updated_at: Default::default(),
    };
    tenant.into_active().unwrap()
}

fn both() -> (ActiveTenant, ActiveTenant) {
    (tenant(ACME, "acme"), tenant(GLOBEX, "globex"))
}

#[test]
fn a_value_comes_out_in_its_own_tenant_only() {
    let (acme, globex) = both();
    let ticket = Scoped::new(&acme, 7);
    assert_eq!(ticket.in_tenant(&acme), Ok(&7));
    assert_eq!(ticket.into_tenant(&acme), Ok(7));
    let refused = WrongTenant { owner: acme.id, used_in: globex.id, slug: globex.slug.clone() };
    assert_eq!(ticket.in_tenant(&globex), Err(refused.clone()));
    assert_eq!(ticket.into_tenant(&globex), Err(refused));
}

#[test]
fn the_tenant_counts_by_its_id_and_not_by_its_name() {
    let (acme, _) = both();
    let renamed = tenant(ACME, "apex");
    let successor = tenant(GLOBEX, "acme");
    let ticket = Scoped::new(&acme, 7);
    assert!(ticket.in_tenant(&renamed).is_ok(), "a rename changes nobody's rows");
    assert!(ticket.in_tenant(&successor).is_err(), "another tenant under the old name has other rows");
}

#[test]
fn an_error_names_both_tenants_and_never_the_value() {
    let (acme, globex) = both();
    let error = Scoped::new(&acme, "a secret").in_tenant(&globex).unwrap_err();
    assert_eq!(error.to_string(), format!("a value of tenant {ACME} was used in tenant `globex` ({GLOBEX})"));
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn one_value_in_two_tenants_is_two_values() {
    let (acme, globex) = both();
    assert_ne!(Scoped::new(&acme, 7), Scoped::new(&globex, 7));
    assert_eq!(Scoped::new(&acme, 7), Scoped::new(&acme, 7));
}

#[test]
fn a_type_of_the_application_may_stand_for_its_tenant() {
    struct Session {
        tenant: ActiveTenant,
    }
    impl InTenant for Session {
        fn tenant(&self) -> &ActiveTenant {
            &self.tenant
        }
    }
    let (acme, globex) = both();
    let ticket = Scoped::new(&Session { tenant: acme }, 7);
    assert!(ticket.in_tenant(&Session { tenant: globex }).is_err());
}

#[test]
fn json_and_text_carry_the_tenant_along_and_the_check_stays() {
    let (acme, globex) = both();
    let ticket = Scoped::new(&acme, 7);
    let document = serde_json::to_value(ticket).unwrap();
    assert_eq!(document, json!({"tenant": ACME, "value": 7}));
    assert_eq!(ticket.to_string(), format!("{ACME}:7"));
    let brought_back: [Scoped<i32>; 2] =
        [serde_json::from_value(document).unwrap(), ticket.to_string().parse().unwrap()];
    for again in brought_back {
        assert_eq!(again, ticket);
        assert!(again.in_tenant(&globex).is_err());
    }
}

#[test]
fn a_forged_tenant_is_refused_where_the_value_does_not_belong() {
    let (acme, globex) = both();
    let mut document = serde_json::to_value(Scoped::new(&acme, 7)).unwrap();
    document["tenant"] = json!(GLOBEX);
    let forged: Scoped<i32> = serde_json::from_value(document).unwrap();
    assert!(forged.in_tenant(&acme).is_err(), "it is acme that the forger works in");
    assert!(forged.in_tenant(&globex).is_ok(), "whoever works in globex may name its rows anyway");
}

#[test]
fn a_document_without_a_tenant_is_no_scoped_value() {
    for document in [
        json!(7),
        json!({"value": 7}),
        json!({"tenant": null, "value": 7}),
        json!({"tenant": "acme", "value": 7}),
        json!({"tenant": ACME}),
        json!({"tenant": ACME, "value": "7"}),
        json!({"tenant": ACME, "value": 7, "checked": true}),
    ] {
        assert!(serde_json::from_value::<Scoped<i32>>(document.clone()).is_err(), "{document}");
    }
}

#[test]
fn a_text_has_one_spelling() {
    let braced = format!("{{{ACME}}}:7");
    let simple = format!("{}:7", ACME.replace('-', ""));
    let upper = format!("{}:7", ACME.to_uppercase());
    let blank = format!(" {ACME}:7");
    for text in ["", "7", ":7", "acme:7", &format!("urn:uuid:{ACME}:7"), &braced, &simple, &upper, &blank] {
        assert_eq!(text.parse::<Scoped<i32>>(), Err(ParseScopedError::Tenant), "{text}");
    }
    for text in [format!("{ACME}:"), format!("{ACME}:x"), format!("{ACME}:7:7")] {
        assert!(matches!(text.parse::<Scoped<i32>>(), Err(ParseScopedError::Value(_))), "{text}");
    }
    let value: Scoped<String> = format!("{ACME}:a:b").parse().unwrap();
    assert_eq!(value.in_tenant(&both().0).unwrap(), "a:b", "a value may hold colons");
}
