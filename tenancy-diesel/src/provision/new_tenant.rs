use tenancy_core::name::TenantSlug;

/// What a sign-up asks for.
///
/// ```
/// # use tenancy_diesel::NewTenant;
/// let acme = NewTenant::new("acme".parse()?).name("Acme, Inc.").plan("professional");
/// # Ok::<(), tenancy_diesel::core::name::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NewTenant {
    pub(super) slug: TenantSlug,
    pub(super) name: String,
    pub(super) plan: String,
    pub(super) settings: serde_json::Value,
}

impl NewTenant {
    /// A tenant on the plan `free`, named like its slug, without settings.
    pub fn new(slug: TenantSlug) -> Self {
        let name = slug.to_string();
        Self { slug, name, plan: "free".to_owned(), settings: serde_json::json!({}) }
    }

    /// What people call it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The plan it pays for.
    #[must_use]
    pub fn plan(mut self, plan: impl Into<String>) -> Self {
        self.plan = plan.into();
        self
    }

    /// Anything that the embedding service keeps with a tenant; a JSON object.
    #[must_use]
    pub fn settings(mut self, settings: serde_json::Value) -> Self {
        self.settings = settings;
        self
    }
}
