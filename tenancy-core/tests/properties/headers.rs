//! The tenant's header, and all sources of a request together.

use proptest::prelude::*;
use proptest::sample::select;
use tenancy_core::name::reserved;
use tenancy_core::request::RequestParts;
use tenancy_core::resolve::{Resolve as _, ResolveError, ResolverChain, Subdomain, TenantHeader, TenantKey};

use crate::{corpus, inputs};

/// A request with these values under spellings of the header's name, among headers that only look like it.
fn request(host: Option<&str>, values: &[String]) -> RequestParts {
    let spellings = ["X-Tenant-ID", "x-tenant-id", "X-TENANT-ID", "x-Tenant-Id"];
    values
        .iter()
        .zip(spellings.iter().cycle())
        .fold(RequestParts::new(host, "/globex"), |request, (value, name)| request.header(name, value))
        .header("X-Tenant-ID2", "globex")
        .header("X_Tenant_ID", "globex")
        .header(" X-Tenant-ID", "globex")
        .header("X-Forwarded-Host", "globex.example.com")
}

/// An id after RFC 9562, section 4, with its hyphens.
fn is_id(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_slug(text: &str) -> bool {
    (1..=56).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !reserved::is_reserved(text)
}

fn one_header_names_what_it_says_and_two_nobody(values: &[String]) -> Result<(), TestCaseError> {
    let named = TenantHeader::id().resolve(&request(None, values));
    match values {
        [] => prop_assert_eq!(named, Ok(None)),
        [value] => match named {
            Ok(Some(TenantKey::Slug(slug))) => {
                prop_assert!(is_slug(value.trim()), "{:?}", value);
                prop_assert_eq!(slug.as_str(), value.trim());
            }
            Ok(Some(TenantKey::Id(id))) => {
                prop_assert!(is_id(value.trim()), "{:?}", value);
                prop_assert_eq!(id.to_string(), value.trim().to_ascii_lowercase());
            }
            Err(ResolveError::Invalid { .. }) => {
                prop_assert!(!is_slug(value.trim()) && !is_id(value.trim()), "{:?}", value);
            }
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        },
        _ => prop_assert!(matches!(named, Err(ResolveError::Repeated { .. })), "{:?}", named),
    }
    Ok(())
}

/// The chain returns what each source says by itself, so none is ignored.
fn no_source_is_ignored(host: &str, values: &[String]) -> Result<(), TestCaseError> {
    let request = request(Some(host), values);
    let (domain, header) = (Subdomain::of("example.com"), TenantHeader::id());
    let alone = [domain.resolve(&request), header.resolve(&request)];
    let together = ResolverChain::new().then(domain).then(header).resolve(&request);
    if let Some(error) = alone.iter().find_map(|named| named.as_ref().err()) {
        prop_assert_eq!(together.as_ref(), Err(error));
        return Ok(());
    }
    let mut expected: Vec<TenantKey> = alone.into_iter().flatten().flatten().collect();
    expected.dedup();
    prop_assert_eq!(together, Ok(expected));
    Ok(())
}

#[test]
fn corpus() {
    for values in corpus::headers() {
        one_header_names_what_it_says_and_two_nobody(&values).unwrap();
        for host in corpus::hosts() {
            no_source_is_ignored(&host, &values).unwrap();
        }
    }
    for text in corpus::texts() {
        one_header_names_what_it_says_and_two_nobody(&[text]).unwrap();
    }
}

fn values() -> impl Strategy<Value = Vec<String>> {
    let near = "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{11,13}|[a-z0-9_]{1,60}|[{]?[0-9a-f-]{32,38}[}]?";
    let value = prop_oneof![inputs::texts(), near];
    prop_oneof![3 => prop::collection::vec(value, 0..3), 1 => select(corpus::headers())]
}

proptest! {
    #![proptest_config(inputs::config())]

    #[test]
    fn the_header_alone(values in values()) {
        one_header_names_what_it_says_and_two_nobody(&values)?;
    }

    #[test]
    fn host_and_header(host in prop_oneof![select(corpus::hosts()), inputs::texts()], values in values()) {
        no_source_is_ignored(&host, &values)?;
    }
}
