use super::{Resolve, ResolveError, TenantKey};
use crate::name::TenantSlug;
use crate::request::RequestParts;

/// The tenant is the label in front of the service's domain: `acme.example.com` is `acme`.
///
/// `-` stands for `_`. The service's own names (`www`, `api`, `admin`) are no tenants, nor is a host of another
/// domain or with more labels.
#[derive(Debug, Clone)]
pub struct Subdomain {
    suffix: String,
}

/// Labels that belong to the service itself.
const OWN_LABELS: [&str; 3] = ["www", "api", "admin"];

impl Subdomain {
    /// Tenants are subdomains of `domain` (`example.com`, or `localhost` in development).
    pub fn of(domain: &str) -> Self {
        Self { suffix: format!(".{}", domain.trim_matches('.').to_ascii_lowercase()) }
    }
}

impl Resolve for Subdomain {
    fn resolve(&self, request: &RequestParts) -> Result<Option<TenantKey>, ResolveError> {
        let Some(host) = request.host() else { return Ok(None) };
        let Some(label) = host.strip_suffix(&self.suffix) else { return Ok(None) };
        if label.is_empty() || label.contains('.') || OWN_LABELS.contains(&label) {
            return Ok(None);
        }
        TenantSlug::from_host_label(label)
            .map(|slug| Some(TenantKey::Slug(slug)))
            .map_err(|reason| ResolveError::Invalid { from: "host name", reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug_of(host: &str) -> Option<String> {
        let request = RequestParts::new(Some(host), "/");
        Subdomain::of("example.com").resolve(&request).unwrap().map(|key| key.to_string())
    }

    #[test]
    fn the_label_in_front_of_the_domain_is_the_tenant() {
        assert_eq!(slug_of("acme.example.com").as_deref(), Some("acme"));
        assert_eq!(slug_of("ACME-Corp.Example.COM:8000").as_deref(), Some("acme_corp"));
    }

    #[test]
    fn other_hosts_name_nobody() {
        for host in [
            "example.com",
            "www.example.com",
            "api.example.com",
            "admin.example.com",
            "a.b.example.com",
            "acme.example.org",
            "evilexample.com",
            ".example.com",
        ] {
            assert_eq!(slug_of(host), None, "{host}");
        }
    }
}
