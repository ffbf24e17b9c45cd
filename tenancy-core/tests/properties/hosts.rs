//! Host names: whatever stands in the header, it names the tenant of the first label in front of the domain, or none.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use regex::Regex;
use tenancy_core::name::reserved;
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::{Resolve as _, Subdomain, TenantKey};

use crate::{corpus, inputs};

#[derive(Debug, PartialEq)]
enum Named {
    Nobody,
    Nonsense,
    Tenant(String),
}

/// The whole rule as one pattern: label, domain, at most one dot, at most one port.
static HOST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([^.:\[][^.:]*)\.example\.com\.?(?::[0-9]*)?$").unwrap());

fn expected(host: &str) -> Named {
    let host = host.trim().to_ascii_lowercase();
    let Some(found) = HOST.captures(&host) else { return Named::Nobody };
    let label = &found[1];
    if ["www", "api", "admin"].contains(&label) {
        return Named::Nobody;
    }
    let letters = label.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
    let slug = label.replace('-', "_");
    if letters && slug.len() <= 56 && !reserved::is_reserved(&slug) {
        Named::Tenant(slug)
    } else {
        Named::Nonsense
    }
}

fn a_host_names_its_first_label_or_nobody(host: &str) -> Result<(), TestCaseError> {
    let request = RequestParts::new(Some(host), "/");
    let named = match Subdomain::of("example.com").resolve(&request) {
        Ok(None) => Named::Nobody,
        Ok(Some(TenantKey::Slug(slug))) => Named::Tenant(slug.to_string()),
        Ok(Some(other)) => return Err(TestCaseError::fail(format!("{other:?}"))),
        Err(error) => {
            prop_assert!(error.to_string().len() < 600, "hostile names are shown shortened");
            Named::Nonsense
        }
    };
    prop_assert_eq!(named, expected(host), "{:?}", host);
    Ok(())
}

#[test]
fn corpus() {
    for host in corpus::hosts() {
        a_host_names_its_first_label_or_nobody(&host).unwrap();
    }
    for text in corpus::texts() {
        for host in [text.clone(), format!("{text}.example.com"), format!("acme.example.com{text}")] {
            a_host_names_its_first_label_or_nobody(&host).unwrap();
        }
    }
    a_host_names_its_first_label_or_nobody(&"a.".repeat(100_000)).unwrap();
    a_host_names_its_first_label_or_nobody(&format!("{}.example.com", "a".repeat(100_000))).unwrap();
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn any_text(host in inputs::texts()) {
        a_host_names_its_first_label_or_nobody(&host)?;
    }

    #[test]
    fn near_the_domain(label in "[a-zA-Z0-9_.:@\\[\\] -]{0,70}|\\PC{0,5}", rest in "[.:0-9a-z\\[\\]@ ]{0,4}|:[0-9]{1,5}") {
        a_host_names_its_first_label_or_nobody(&format!("{label}.example.com{rest}"))?;
    }

    #[test]
    fn pieces_of_hosts(pieces in prop::collection::vec(select(corpus::hosts()), 1..4), glue in "[.:@,\\[\\] ]{0,1}") {
        a_host_names_its_first_label_or_nobody(&pieces.join(&glue))?;
    }

    #[test]
    fn pieces_of_names(pieces in prop::collection::vec(select(&["acme", "example", "com", ".", "-", "_", ":", "80", "[", "]", "::1", "@", "A", " "][..]), 0..9)) {
        a_host_names_its_first_label_or_nobody(&pieces.concat())?;
    }
}
