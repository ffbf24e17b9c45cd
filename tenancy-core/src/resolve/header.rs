use uuid::Uuid;

use super::{Resolve, ResolveError, TenantKey};
use crate::name::TenantSlug;
use crate::request::RequestParts;
use crate::tenant::TenantId;

/// The tenant is named by a header.
///
/// Anybody can send a header: this source is for development and for services behind a gateway that sets it.
#[derive(Debug, Clone)]
pub struct TenantHeader {
    name: &'static str,
    shown: &'static str,
}

impl TenantHeader {
    /// `X-Tenant-ID`: the tenant's id, or its slug.
    pub fn id() -> Self {
        Self { name: "X-Tenant-ID", shown: "X-Tenant-ID header" }
    }
}

/// The length of an id with its hyphens.
const HYPHENATED: usize = 36;

impl Resolve for TenantHeader {
    fn resolve(&self, request: &RequestParts) -> Result<Option<TenantKey>, ResolveError> {
        let mut values = request.headers(self.name);
        let Some(value) = values.next().map(str::trim) else { return Ok(None) };
        if values.next().is_some() {
            return Err(ResolveError::Repeated { from: self.shown });
        }
        // A slug holds no `-`, so only the hyphenated form can be an id. The forms in braces and with `urn:uuid:` in
        // front are longer: one id has one spelling, but for the case of its letters.
        if value.contains('-')
            && value.len() == HYPHENATED
            && let Ok(id) = Uuid::try_parse(value)
        {
            return Ok(Some(TenantKey::Id(TenantId::from_uuid(id))));
        }
        TenantSlug::parse(value)
            .map(|slug| Some(TenantKey::Slug(slug)))
            .map_err(|reason| ResolveError::Invalid { from: self.shown, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_a_slug_are_told_apart() {
        let id = "018f4e1c-7d5c-7cc0-8000-000000000001";
        let request = RequestParts::new(None, "/").header("X-Tenant-ID", id);
        let key = TenantHeader::id().resolve(&request).unwrap().unwrap();
        assert_eq!(key, TenantKey::Id(TenantId::from_uuid(id.parse().unwrap())));
        let request = RequestParts::new(None, "/").header("x-tenant-id", " acme ");
        assert_eq!(
            TenantHeader::id().resolve(&request).unwrap().unwrap(),
            TenantKey::Slug("acme".parse().unwrap())
        );
    }

    #[test]
    fn two_headers_are_refused() {
        let request =
            RequestParts::new(None, "/").header("X-Tenant-ID", "acme").header("X-Tenant-ID", "globex");
        assert!(matches!(TenantHeader::id().resolve(&request), Err(ResolveError::Repeated { .. })));
    }
}
