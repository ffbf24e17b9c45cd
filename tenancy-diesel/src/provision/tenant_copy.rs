use tenancy_core::name::TenantSlug;

/// What a clone of a tenant is to be.
///
/// ```
/// # use tenancy_diesel::TenantCopy;
/// let copy = TenantCopy::new("acme_staging".parse()?).name("Acme, rehearsal").with_data(true);
/// # Ok::<(), tenancy_diesel::core::name::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantCopy {
    pub(super) slug: TenantSlug,
    pub(super) name: String,
    pub(super) with_data: bool,
}

impl TenantCopy {
    /// A tenant of this slug, named like it, without the data.
    pub fn new(slug: TenantSlug) -> Self {
        let name = slug.to_string();
        Self { slug, name, with_data: false }
    }

    /// What people call it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Whether it starts with all rows of the other, and its sequences where those stand.
    #[must_use]
    pub fn with_data(mut self, with_data: bool) -> Self {
        self.with_data = with_data;
        self
    }
}
