//! Slugs, schemas and the names that people give them.

use proptest::prelude::*;
use tenancy_core::name::{SchemaName, SchemaNaming, TenantSlug, reserved};

use crate::{corpus, inputs};

/// The documented rule, spelled out once more.
fn is_slug(text: &str) -> bool {
    (1..=56).contains(&text.len()) && is_plain(text) && !reserved::is_reserved(text)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn a_slug_is_taken_exactly_when_it_fits(text: &str) -> Result<(), TestCaseError> {
    let parsed = TenantSlug::parse(text);
    prop_assert_eq!(parsed.is_ok(), is_slug(text));
    let json = serde_json::to_string(text).unwrap();
    prop_assert_eq!(serde_json::from_str::<TenantSlug>(&json).ok(), parsed.clone().ok());
    match parsed {
        Ok(slug) => {
            prop_assert_eq!(slug.as_str(), text);
            prop_assert_eq!(TenantSlug::from_host_label(&slug.host_label()), Ok(slug));
        }
        Err(error) => prop_assert!(error.to_string().len() < 600, "hostile names are shown shortened"),
    }
    Ok(())
}

fn a_schema_is_taken_exactly_when_it_fits(text: &str) -> Result<(), TestCaseError> {
    let foreign = text.starts_with("pg_") || ["information_schema", "public", "tenancy"].contains(&text);
    let fits = (1..=63).contains(&text.len()) && is_plain(text) && !foreign;
    prop_assert_eq!(SchemaName::parse(text).is_ok(), fits);
    let json = serde_json::to_string(text).unwrap();
    prop_assert_eq!(serde_json::from_str::<SchemaName>(&json).is_ok(), fits);
    Ok(())
}

fn a_host_label_names_one_slug_and_the_other_way_round(label: &str) -> Result<(), TestCaseError> {
    if let Ok(slug) = TenantSlug::from_host_label(label) {
        prop_assert_eq!(slug.host_label(), label.to_ascii_lowercase());
    }
    Ok(())
}

#[test]
fn corpus() {
    let labels = corpus::hosts().into_iter().map(|host| host.split('.').next().unwrap().to_owned());
    for text in corpus::texts().into_iter().chain(labels) {
        a_slug_is_taken_exactly_when_it_fits(&text).unwrap();
        a_schema_is_taken_exactly_when_it_fits(&text).unwrap();
        a_host_label_names_one_slug_and_the_other_way_round(&text).unwrap();
    }
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn slugs(text in inputs::texts(), near in "[a-z0-9_]{1,70}|[A-Za-z0-9_\n -]{1,10}") {
        a_slug_is_taken_exactly_when_it_fits(&text)?;
        a_slug_is_taken_exactly_when_it_fits(&near)?;
    }

    #[test]
    fn schemas(text in inputs::texts(), near in "(pg_)?[a-z0-9_]{1,70}") {
        a_schema_is_taken_exactly_when_it_fits(&text)?;
        a_schema_is_taken_exactly_when_it_fits(&near)?;
    }

    #[test]
    fn host_labels(text in inputs::texts(), near in "[A-Za-z0-9_-]{1,60}") {
        a_host_label_names_one_slug_and_the_other_way_round(&text)?;
        a_host_label_names_one_slug_and_the_other_way_round(&near)?;
    }

    #[test]
    fn two_slugs_never_share_a_schema(a in "[a-z0-9_]{1,56}", b in "[a-z0-9_]{1,56}", prefix in "[a-z_]{0,10}") {
        let Ok(naming) = SchemaNaming::new(&prefix, "base_template") else { return Ok(()) };
        if let (Ok(a), Ok(b)) = (TenantSlug::parse(&a), TenantSlug::parse(&b))
            && let (Ok(schema_a), Ok(schema_b)) = (naming.schema_for(&a), naming.schema_for(&b))
        {
            prop_assert_eq!(a == b, schema_a == schema_b);
            prop_assert!(schema_a.as_str().len() <= 63);
        }
    }
}
