use super::{MAX_IDENTIFIER_BYTES, NameError, SchemaName, TenantSlug};

/// How slugs become schemas: the prefix of tenants' schemas and the name of the template.
///
/// ```
/// # use tenancy_core::name::SchemaNaming;
/// let naming = SchemaNaming::new("customer_", "blank")?;
/// assert_eq!(naming.schema_for(&"acme".parse()?)?.as_str(), "customer_acme");
/// # Ok::<(), tenancy_core::name::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaNaming {
    prefix: String,
    template: SchemaName,
}

impl SchemaNaming {
    /// The prefix used unless another is configured.
    pub const DEFAULT_PREFIX: &'static str = "tenant_";
    /// The template's name unless another is configured.
    pub const DEFAULT_TEMPLATE: &'static str = "base_template";

    /// Names schemas by `prefix`, which may be empty, and clones them from `template`.
    ///
    /// # Errors
    ///
    /// A [`NameError`] when the prefix holds a character other than `a-z`, `0-9`, `_` or leaves no room for a
    /// slug, or when the template is no [`SchemaName`].
    pub fn new(prefix: &str, template: &str) -> Result<Self, NameError> {
        if !prefix.is_empty() {
            SchemaName::parse(&format!("{prefix}a"))?;
        }
        let template = SchemaName::parse(template)?;
        if template.is_spare() {
            return Err(NameError::Reserved { name: template.to_string() });
        }
        Ok(Self { prefix: prefix.to_owned(), template })
    }

    /// The schema of the tenant called `slug`.
    ///
    /// # Errors
    ///
    /// [`NameError::TooLong`] when a longer prefix than the default leaves too little room for this slug;
    /// [`NameError::Reserved`] when the result is the template itself, or named like a schema that waits for a tenant.
    pub fn schema_for(&self, slug: &TenantSlug) -> Result<SchemaName, NameError> {
        let name = format!("{}{slug}", self.prefix);
        if name.len() > MAX_IDENTIFIER_BYTES {
            let max = MAX_IDENTIFIER_BYTES - self.prefix.len();
            return Err(NameError::TooLong { name: slug.to_string(), length: slug.as_str().len(), max });
        }
        let schema = SchemaName::parse(&name)?;
        if schema == self.template || schema.is_spare() {
            return Err(NameError::Reserved { name: slug.to_string() });
        }
        Ok(schema)
    }

    /// What every tenant's schema starts with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The schema that tenants are cloned from.
    pub fn template(&self) -> &SchemaName {
        &self.template
    }
}

impl Default for SchemaNaming {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "two constants, parsed by every test")]
        Self::new(Self::DEFAULT_PREFIX, Self::DEFAULT_TEMPLATE).expect("the default names are valid")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_slug_fits_behind_the_default_prefix() {
        let slug = TenantSlug::parse(&"a".repeat(TenantSlug::MAX_BYTES)).unwrap();
        assert_eq!(SchemaNaming::default().schema_for(&slug).unwrap().as_str().len(), 63);
    }

    #[test]
    fn no_prefix_makes_a_tenant_of_a_spare() {
        let id = "0123456789abcdef0123456789abcdef";
        for (prefix, slug) in
            [("", format!("spare_{id}")), ("spare_", id.to_owned()), ("spare_0", id[1..].to_owned())]
        {
            let naming = SchemaNaming::new(prefix, "blank").unwrap();
            let refused = naming.schema_for(&TenantSlug::parse(&slug).unwrap());
            assert!(matches!(refused, Err(NameError::Reserved { .. })), "{prefix}{slug}");
        }
        assert!(SchemaNaming::new("a_", &format!("spare_{id}")).is_err());
    }

    #[test]
    fn a_longer_prefix_leaves_less_room_and_never_truncates() {
        let naming = SchemaNaming::new("customers_", "blank").unwrap();
        let slug = TenantSlug::parse(&"a".repeat(54)).unwrap();
        assert!(matches!(naming.schema_for(&slug), Err(NameError::TooLong { max: 53, .. })));
    }

    #[test]
    fn no_tenant_is_the_template_or_a_schema_of_postgresql() {
        assert!(SchemaNaming::new("", "blank").unwrap().schema_for(&"blank".parse().unwrap()).is_err());
        assert!(SchemaNaming::new("pg_", "blank").is_err());
        assert!(SchemaNaming::new("a b", "blank").is_err());
        assert!(SchemaNaming::new("", "public").is_err());
    }
}
