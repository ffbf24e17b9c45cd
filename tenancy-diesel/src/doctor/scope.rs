use tenancy_core::name::SchemaName;

/// What the checks are told.
pub(super) struct Scope {
    pub(super) template: SchemaName,
    pub(super) prefix: String,
    pub(super) shared: Vec<String>,
    /// The login that serves requests.
    pub(super) login: String,
    /// The migrations that the template has.
    pub(super) applied: Vec<String>,
    /// The most connections that one process with this configuration opens.
    pub(super) opened: i32,
    /// Whether tenants are to have roles.
    pub(super) roles: bool,
}
