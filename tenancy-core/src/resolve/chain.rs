use super::{Resolve, ResolveError, TenantKey};
use crate::request::RequestParts;

/// Sources in order, strongest first.
///
/// Every source is asked. The chain returns each tenant that was named, strongest first; whoever looks them up
/// refuses the request when they are not one and the same tenant: a weaker source is never ignored silently.
#[derive(Default)]
pub struct ResolverChain(Vec<Box<dyn Resolve>>);

impl ResolverChain {
    /// A chain without sources: every request is refused for naming no tenant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source weaker than those already in the chain.
    #[must_use]
    pub fn then(mut self, source: impl Resolve + 'static) -> Self {
        self.0.push(Box::new(source));
        self
    }

    /// The tenants that the request names, strongest source first, without repetitions; empty when it names
    /// none.
    ///
    /// # Errors
    ///
    /// The first [`ResolveError`].
    pub fn resolve(&self, request: &RequestParts) -> Result<Vec<TenantKey>, ResolveError> {
        let mut named = Vec::new();
        for source in &self.0 {
            if let Some(key) = source.resolve(request)?
                && !named.contains(&key)
            {
                named.push(key);
            }
        }
        Ok(named)
    }

    /// Whether the chain has no sources.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for ResolverChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ResolverChain({} sources)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Subdomain, TenantHeader};
    use super::*;

    fn chain() -> ResolverChain {
        ResolverChain::new().then(Subdomain::of("example.com")).then(TenantHeader::id())
    }

    fn named(host: &str, header: Option<&str>) -> Result<Vec<String>, ResolveError> {
        let mut request = RequestParts::new(Some(host), "/");
        if let Some(value) = header {
            request = request.header("x-tenant-id", value);
        }
        Ok(chain().resolve(&request)?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn two_sources_that_agree_name_one_tenant() {
        assert_eq!(named("acme.example.com", Some("acme")).unwrap(), ["acme"]);
    }

    #[test]
    fn two_sources_that_differ_are_both_returned_strongest_first() {
        assert_eq!(named("acme.example.com", Some("globex")).unwrap(), ["acme", "globex"]);
    }

    #[test]
    fn no_source_names_no_tenant() {
        assert!(named("example.com", None).unwrap().is_empty());
        assert!(named("other.org", None).unwrap().is_empty());
    }

    #[test]
    fn a_source_that_makes_no_sense_is_an_error_even_beside_a_good_one() {
        assert!(matches!(named("acme.example.com", Some("a b")), Err(ResolveError::Invalid { .. })));
    }
}
